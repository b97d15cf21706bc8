#pragma once

#include <benchmark/benchmark.h>

#include <cmath>
#include <span>
#include <string>
#include <vector>

#include "fixture.hpp"
#include "scratch.hpp"

// What is the same for all subjects of kernels_one_core: arrays of 80 MB in shared memory, mapped and in use
// before; one loop over them (Via::serial); a result that was compared.
namespace shmkit::bench {

/// Uniform random numbers in `x` and `y`; `out` is to be written.
class KernelArrays {
 public:
  static constexpr std::uint64_t kElements = 10'000'000;
  static constexpr std::uint64_t kBytes = kElements * sizeof(double);

  /// Null: the benchmark is skipped.
  static KernelArrays* get(benchmark::State& state) { return fixture<KernelArrays>(state, 3 * kBytes); }

  explicit KernelArrays(std::uint64_t bytes);

  ArrayDraft x;
  ArrayDraft y;
  ArrayDraft out;
};

/// What a kernel reads: x, or x and y.
using Read = std::span<const std::span<const double>>;

/// Equal but for what other orders of rounding make of it.
inline bool close(double found, double wanted, double relative) {
  return found == wanted || std::fabs(found - wanted) <= relative * std::fabs(wanted);
}

inline void count_kernel_bytes(benchmark::State& state, std::uint64_t arrays) {
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(arrays * KernelArrays::kBytes));
}

inline RunOptions in_one_loop(Arguments arguments = {}) {
  RunOptions options;
  options.via = Via::serial;
  options.arguments = std::move(arguments);
  return options;
}

template <class Measure>
void add_kernel(const std::string& subject, Measure measure) {
  benchmark::RegisterBenchmark(("kernels_one_core/" + subject).c_str(),
                               [measure](benchmark::State& state) {
                                 if (KernelArrays* arrays = KernelArrays::get(state)) measure(state, *arrays);
                               })
      ->UseRealTime()
      ->Unit(benchmark::kMillisecond);
}

}  // namespace shmkit::bench
