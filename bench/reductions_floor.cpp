#include "memory_loops.hpp"
#include "reductions.hpp"

// What memory allows: a loop that loads the same bytes in as many threads and does next to nothing with them.
namespace {

using namespace shmkit;
using bench::Reduction;
using bench::ReductionArrays;

std::uint64_t load_all(const bench::Operands& operands, Reduction reduction, unsigned threads) {
  const std::uint64_t x = bench::load_only(std::as_bytes(operands.x), threads);
  return reduction == Reduction::dot ? x ^ bench::load_only(std::as_bytes(operands.y), threads) : x;
}

std::uint64_t expected(const bench::Operands& operands, Reduction reduction) {
  std::uint64_t words = 0;
  for (const double x : operands.x) words ^= std::bit_cast<std::uint64_t>(x);
  if (reduction == Reduction::dot)
    for (const double y : operands.y) words ^= std::bit_cast<std::uint64_t>(y);
  return words;
}

void load(benchmark::State& state, Reduction reduction, unsigned threads) {
  ReductionArrays* arrays = ReductionArrays::get(state);
  if (arrays == nullptr) return;
  const bench::Operands operands = arrays->operands();
  if (load_all(operands, reduction, threads) != expected(operands, reduction))
    return state.SkipWithError("not every word was loaded");
  for (auto _ : state) bench::keep(load_all(operands, reduction, threads));
  bench::count_reduced(state, *arrays, reduction);
}

const bool kAdded = [] {
  for (const auto cores : {bench::Cores::all, bench::Cores::one}) {
    for (const auto reduction : {Reduction::max, Reduction::sum, Reduction::dot}) {
      const std::string name = bench::reduction_question(reduction, cores) + "/load_only";
      benchmark::RegisterBenchmark(
          name.c_str(), [=](benchmark::State& state) { load(state, reduction, bench::count_of(cores)); })
          ->UseRealTime()
          ->Unit(benchmark::kMillisecond);
    }
  }
  return true;
}();

}  // namespace
