#pragma once

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <thread>
#include <vector>

// What is the same for all subjects of round_trip.
namespace shmkit::bench {

/// Long enough for everybody to have gone to sleep.
inline constexpr std::chrono::milliseconds kPause{2};
inline constexpr int kBackToBack = 20'000;
inline constexpr int kPaused = 150;  // Less than half a second of them.

/// The value that `percent` of the samples do not exceed. Requires: there are samples.
inline double percentile(std::vector<double> samples, double percent) {
  const double place = std::ceil(static_cast<double>(samples.size()) * percent / 100);
  const std::size_t rank = static_cast<std::size_t>(std::max(place, 1.0)) - 1;
  std::nth_element(samples.begin(), samples.begin() + static_cast<std::ptrdiff_t>(rank), samples.end());
  return samples[rank];
}

/// Times every call of `trip`, which says whether the answer was right; the pauses before are not in it.
/// The median and the 99th percentile become counters.
template <class Trip>
void time_round_trips(benchmark::State& state, std::chrono::milliseconds pause, Trip trip) {
  using Clock = std::chrono::steady_clock;
  std::vector<double> samples;
  samples.reserve(static_cast<std::size_t>(state.max_iterations));
  if (!trip()) state.SkipWithError("wrong answer");
  for (auto _ : state) {
    if (pause.count() > 0) std::this_thread::sleep_for(pause);
    const auto start = Clock::now();
    const bool right = trip();
    samples.push_back(std::chrono::duration<double>(Clock::now() - start).count());
    state.SetIterationTime(samples.back());
    if (!right) state.SkipWithError("wrong answer");
  }
  if (samples.empty()) return;
  constexpr double kMicroseconds = 1e6;
  state.counters["p50_us"] = percentile(samples, 50) * kMicroseconds;
  state.counters["p99_us"] = percentile(samples, 99) * kMicroseconds;
}

}  // namespace shmkit::bench
