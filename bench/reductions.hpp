#pragma once

#include <benchmark/benchmark.h>

#include <array>
#include <cmath>
#include <span>
#include <string>

#include "fixture.hpp"
#include "scratch.hpp"

// Reductions over arrays that are larger than caches: memory decides. Each subject takes the same two arrays,
// already mapped, and gives the maximum, the sum or the dot product; it is checked before and after every
// round. reduce_max, reduce_sum, reduce_dot: over all cores; reduce_max_one_core and so on: over one.
namespace shmkit::bench {

enum class Reduction { max, sum, dot };
enum class Cores { one, all };

struct Operands {
  std::span<const double> x;
  std::span<const double> y;
};

/// Uniform random numbers, made when first asked for. Pools that work on them are started later.
class ReductionArrays {
 public:
  /// Null: the benchmark is skipped.
  static ReductionArrays* get(benchmark::State& state) { return fixture<ReductionArrays>(state, kBytes); }

  explicit ReductionArrays(std::uint64_t bytes);
  ArrayDraft& x() { return x_; }
  ArrayDraft& y() { return y_; }
  Operands operands() { return {x_.array().elements<double>(), y_.array().elements<double>()}; }
  double expected(Reduction reduction) const { return expected_[static_cast<std::size_t>(reduction)]; }

 private:
  static constexpr std::uint64_t kBytes = 1'600'000'000;

  ArrayDraft x_;
  ArrayDraft y_;
  std::array<double, 3> expected_{};
};

constexpr const char* name_of(Reduction reduction) {
  return reduction == Reduction::max ? "max" : reduction == Reduction::sum ? "sum" : "dot";
}

inline unsigned count_of(Cores cores) { return cores == Cores::one ? 1 : default_workers().count; }

inline JobArrays job_over(ReductionArrays& arrays, Reduction reduction) {
  JobArrays job{{arrays.x()}, {}};
  if (reduction == Reduction::dot) job.in.emplace_back(arrays.y());
  return job;
}

/// Others add in other orders, and round every time.
inline void check_reduction(benchmark::State& state, const ReductionArrays& arrays, Reduction reduction,
                            double found) {
  const double wanted = arrays.expected(reduction);
  const double slack = reduction == Reduction::max ? 0 : 1e-9 * wanted;
  if (!(std::fabs(found - wanted) <= slack)) state.SkipWithError("wrong result");
}

inline void count_reduced(benchmark::State& state, ReductionArrays& arrays, Reduction reduction) {
  const std::size_t read = reduction == Reduction::dot ? 2 : 1;
  const std::size_t bytes = read * arrays.operands().x.size_bytes();
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes));
}

inline std::string reduction_question(Reduction reduction, Cores cores) {
  return std::string("reduce_") + name_of(reduction) + (cores == Cores::one ? "_one_core" : "");
}

/// Registers a subject for all reductions. `prepare(arrays, reduction, threads)` gives what computes it.
template <class Prepare>
void add_reductions(const std::string& subject, Cores cores, Prepare prepare) {
  for (const Reduction reduction : {Reduction::max, Reduction::sum, Reduction::dot}) {
    const auto run = [=](benchmark::State& state) {
      ReductionArrays* arrays = ReductionArrays::get(state);
      if (arrays == nullptr) return;
      auto compute = prepare(*arrays, reduction, count_of(cores));
      check_reduction(state, *arrays, reduction, compute());
      for (auto _ : state) check_reduction(state, *arrays, reduction, compute());
      count_reduced(state, *arrays, reduction);
    };
    const std::string name = reduction_question(reduction, cores) + "/" + subject;
    benchmark::RegisterBenchmark(name.c_str(), run)->UseRealTime()->Unit(benchmark::kMillisecond);
  }
}

/// The same for a rival's `compute(reduction, operands, threads)`.
template <class Compute>
void add_rival_reductions(const std::string& subject, Cores cores, Compute compute) {
  add_reductions(subject, cores, [=](ReductionArrays& arrays, Reduction reduction, unsigned threads) {
    return [=, operands = arrays.operands()] { return compute(reduction, operands, threads); };
  });
}

}  // namespace shmkit::bench
