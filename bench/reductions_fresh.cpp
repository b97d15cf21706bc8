#include <fmt/format.h>

#include "memory_loops.hpp"
#include "reductions.hpp"

// The maximum over a mapping that is not there yet, over all cores: with a page fault for every 64 KiB or so,
// and unmapping. Ours also with the start and the end of the workers.
namespace {

using namespace shmkit;
using bench::Reduction;
using bench::ReductionArrays;

void load_only(benchmark::State& state) {
  ReductionArrays* arrays = ReductionArrays::get(state);
  if (arrays == nullptr) return;
  const Name name = Name::parse(fmt::format("file:///proc/self/fd/{}", arrays->x().descriptor()));
  const unsigned threads = bench::count_of(bench::Cores::all);
  const std::uint64_t wanted = bench::load_only(std::as_bytes(arrays->operands().x), threads);
  for (auto _ : state) {
    const AnyArray array = AnyArray::attach(name, Access::read_only);
    if (bench::load_only(array.bytes(), threads) != wanted) state.SkipWithError("not every word was loaded");
  }
  bench::count_reduced(state, *arrays, Reduction::max);
}

void process(benchmark::State& state) {
  ReductionArrays* arrays = ReductionArrays::get(state);
  if (arrays == nullptr) return;
  for (auto _ : state) {
    const RunReport report = run("max", arrays->x());
    bench::check_reduction(state, *arrays, Reduction::max, std::get<double>(report.result.scalar));
  }
  bench::count_reduced(state, *arrays, Reduction::max);
}

BENCHMARK(load_only)->Name("reduce_max_fresh/load_only")->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(process)->Name("reduce_max_fresh/shmkit")->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
