#pragma once

#include <benchmark/benchmark.h>

#include <cmath>
#include <span>
#include <string>

#include "scratch.hpp"

// Reductions over all cores: memory decides. Each subject takes the same two arrays, already mapped, and
// gives the maximum, the sum or the dot product; it is checked before and after every round.
namespace shmkit::bench {

enum class Reduction { max, sum, dot };

struct Operands {
  std::span<const double> x;
  std::span<const double> y;
};

/// Uniform random numbers, made when first asked for.
class ReductionArrays {
 public:
  static ReductionArrays& get() {
    static ReductionArrays arrays;
    return arrays;
  }
  AnyArray& x() { return x_.array(); }
  AnyArray& y() { return y_.array(); }
  Operands operands() { return {x().elements<double>(), y().elements<double>()}; }
  double expected(Reduction reduction) const { return expected_[static_cast<std::size_t>(reduction)]; }

 private:
  static constexpr std::uint64_t kElements = 50'000'000;

  ReductionArrays();

  ScratchArray x_{Kind::float64, {kElements}};
  ScratchArray y_{Kind::float64, {kElements}};
  std::array<double, 3> expected_{};
};

constexpr const char* name_of(Reduction reduction) {
  return reduction == Reduction::max ? "max" : reduction == Reduction::sum ? "sum" : "dot";
}

/// Rivals add in other orders, and round every time.
inline void check_reduction(benchmark::State& state, Reduction reduction, double found) {
  const double wanted = ReductionArrays::get().expected(reduction);
  const double slack = reduction == Reduction::max ? 0 : 1e-9 * wanted;
  if (!(std::fabs(found - wanted) <= slack)) state.SkipWithError("wrong result");
}

inline void count_reduced(benchmark::State& state, Reduction reduction) {
  const std::size_t arrays = reduction == Reduction::dot ? 2 : 1;
  const std::size_t bytes = arrays * ReductionArrays::get().operands().x.size_bytes();
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes));
}

/// `compute(reduction, operands)`: a rival's way.
template <class Compute>
void add_reductions(const std::string& subject, Compute compute) {
  for (const Reduction reduction : {Reduction::max, Reduction::sum, Reduction::dot}) {
    const auto run = [reduction, compute](benchmark::State& state) {
      const Operands operands = ReductionArrays::get().operands();
      check_reduction(state, reduction, compute(reduction, operands));
      for (auto _ : state) check_reduction(state, reduction, compute(reduction, operands));
      count_reduced(state, reduction);
    };
    const std::string name = std::string("reduce_") + name_of(reduction) + "_all_cores/" + subject;
    benchmark::RegisterBenchmark(name.c_str(), run)->UseRealTime()->Unit(benchmark::kMillisecond);
  }
}

}  // namespace shmkit::bench
