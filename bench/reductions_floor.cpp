#include "memory_loops.hpp"
#include "reductions.hpp"

// What memory allows: a loop that loads the same bytes in as many threads and does next to nothing with them.
namespace {

using namespace shmkit;
using bench::Cores;
using bench::Operands;
using bench::Reduction;

std::uint64_t load_all(const Operands& operands, unsigned threads) {
  return bench::load_only(std::as_bytes(operands.x), threads) ^
         (operands.y.empty() ? 0 : bench::load_only(std::as_bytes(operands.y), threads));
}

std::uint64_t expected(const Operands& operands) {
  std::uint64_t words = 0;
  for (const auto column : {operands.x, operands.y})
    for (const double element : column) words ^= std::bit_cast<std::uint64_t>(element);
  return words;
}

void load(benchmark::State& state, const bench::ReductionTask& task, unsigned threads) {
  const Operands operands = task.operands();
  const std::string name = std::string("load_only/") + task.kernel() + std::to_string(threads);
  if (!bench::right_once(name, [&] { return load_all(operands, threads) == expected(operands); }))
    return state.SkipWithError("not every word was loaded");
  for (auto _ : state) bench::keep(load_all(operands, threads));
}

const bool kAdded = [] {
  for (const auto cores : {Cores::all, Cores::one})
    for (const auto reduction : {Reduction::max, Reduction::sum, Reduction::dot})
      bench::add_reduction("load_only", reduction, cores, load);
  return true;
}();

}  // namespace
