#include <fmt/format.h>

#include "memory_loops.hpp"
#include "reductions.hpp"

// The maximum over a mapping that is not there yet, over all cores: with a page fault for every 64 KiB or so,
// and unmapping. Ours also with the start and the end of the workers.
namespace {

using namespace shmkit;
using bench::Cores;
using bench::Reduction;
using bench::ReductionTask;

void load_only(benchmark::State& state, const ReductionTask& task, unsigned threads) {
  const Name name = Name::parse(fmt::format("file:///proc/self/fd/{}", task.x().descriptor()));
  const std::uint64_t wanted = bench::load_only(std::as_bytes(task.operands().x), threads);
  for (auto _ : state) {
    const AnyArray array = AnyArray::attach(name, Access::read_only);
    if (bench::load_only(array.bytes(), threads) != wanted) state.SkipWithError("not every word was loaded");
  }
}

void process(benchmark::State& state, const ReductionTask& task, unsigned /*as many as it chooses*/) {
  for (auto _ : state) task.check(state, std::get<double>(run("max", task.x()).result.scalar));
}

const bool kAdded = [] {
  bench::add_reduction("load_only_first", Reduction::max, Cores::all, load_only);
  bench::add_reduction("shmkit_first", Reduction::max, Cores::all, process);
  return true;
}();

}  // namespace
