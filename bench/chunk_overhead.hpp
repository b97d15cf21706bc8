#pragma once

#include <benchmark/benchmark.h>

#include <cstdint>
#include <numeric>
#include <vector>

// What is the same for all subjects of chunk_overhead.
namespace shmkit::bench {

inline constexpr unsigned kWorkers = 2;
inline constexpr std::uint64_t kChunks = 1'000'000;
/// For those that need microseconds for each.
inline constexpr std::uint64_t kMessages = 20'000;

/// The partial results of a rival that has none of its own: 8 bytes per chunk, added up when all is done.
/// They are other values in every round, so that what an earlier round wrote does not pass for done.
class Partials {
 public:
  explicit Partials(std::uint64_t chunks) : values_(chunks) {}

  std::uint64_t chunks() const noexcept { return values_.size(); }
  void start_round() noexcept { ++round_; }
  /// Executes a chunk, in whatever thread.
  void put(std::uint64_t chunk) noexcept { values_[chunk] = round_; }
  /// Whether every chunk was executed in this round.
  bool complete() const noexcept {
    return std::accumulate(values_.begin(), values_.end(), std::uint64_t{0}) == round_ * values_.size();
  }

 private:
  std::vector<std::uint64_t> values_;
  std::uint64_t round_ = 0;
};

inline void check_chunks(benchmark::State& state, bool complete) {
  if (!complete) state.SkipWithError("not every chunk was executed");
}

/// Has the time of one iteration shown per chunk too.
inline void count_chunks(benchmark::State& state, std::uint64_t chunks) {
  constexpr double kPerNanosecond = 1e-9;
  state.counters["ns_per_chunk"] =
      benchmark::Counter(static_cast<double>(chunks) * kPerNanosecond,
                         benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

}  // namespace shmkit::bench
