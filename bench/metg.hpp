#pragma once

#include <benchmark/benchmark.h>

#include <algorithm>
#include <string>

#include "fixture.hpp"
#include "scratch.hpp"

// What is the same for all subjects of metg.
namespace shmkit::bench {

/// A job that finds the maximum of an array of doubles: `tasks` tasks with `elements` elements each.
struct TaskSize {
  static constexpr unsigned kWorkers = 2;
  static constexpr std::uint64_t kMostTasks = 200'000;
  static constexpr std::uint64_t kMostElements = std::uint64_t{1} << 25U;  // 256 MiB.
  static constexpr int kJobs = 10;                                         // Per repetition.

  std::uint64_t elements;

  std::uint64_t tasks() const noexcept { return std::min(kMostTasks, kMostElements / elements); }
  std::uint64_t total() const noexcept { return tasks() * elements; }
};

/// 0, 1, 2, ...: the maximum is the last. One array for all repetitions and subjects.
class TaskArray {
 public:
  explicit TaskArray(std::uint64_t bytes) : draft_(unnamed_array(Kind::float64, {bytes / sizeof(double)})) {
    RunOptions options;
    options.via = Via::serial;
    run("arange", draft_, options);
  }
  ArrayDraft& draft() noexcept { return draft_; }

  static TaskArray* of(benchmark::State& state, TaskSize size) {
    return fixture<TaskArray>(state, size.total() * sizeof(double));
  }

 private:
  ArrayDraft draft_;
};

inline void check_maximum(benchmark::State& state, TaskSize size, const Value& result) {
  if (std::get<double>(result.scalar) != static_cast<double>(size.total() - 1))
    state.SkipWithError("wrong maximum");
}

/// Has the granularity (wall time x workers / tasks) and the elements per second shown.
inline void count_tasks(benchmark::State& state, TaskSize size) {
  constexpr double kPerNanosecond = 1e-9;
  state.counters["granularity_ns"] =
      benchmark::Counter(static_cast<double>(size.tasks()) * kPerNanosecond / TaskSize::kWorkers,
                         benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(size.total()));
}

/// Registers metg/SUBJECT/ELEMENTS for every number of elements per task.
template <class Function>
void add_metg(const std::string& subject, Function function) {
  for (std::uint64_t elements = 1; elements <= 4096; elements *= 2) {
    const std::string name = "metg/" + subject + "/" + std::to_string(elements);
    benchmark::RegisterBenchmark(name.c_str(), [=](benchmark::State& s) { function(s, TaskSize{elements}); })
        ->UseRealTime()
        ->Iterations(TaskSize::kJobs)
        ->Unit(benchmark::kMillisecond);
  }
}

}  // namespace shmkit::bench
