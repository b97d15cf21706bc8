#pragma once

#include <benchmark/benchmark.h>

#include <cmath>
#include <optional>
#include <span>
#include <string>

#include "fixture.hpp"
#include "scratch.hpp"

// Reductions over arrays that are larger than caches: memory decides. Each subject takes the same two arrays,
// already mapped, and gives the maximum, the sum or the dot product; it is checked before and after every
// round. Questions are reduce_max, reduce_sum and reduce_dot; what uses one core only is called
// SUBJECT_one_core.
namespace shmkit::bench {

enum class Reduction { max, sum, dot };
enum class Cores { one, all };

struct Operands {
  std::span<const double> x;
  std::span<const double> y;  // Of dot only.
};

/// Uniform random numbers. Pools that work on them are started later.
template <unsigned kSeed>
class RandomNumbers {
 public:
  explicit RandomNumbers(std::uint64_t bytes)
      : draft_(unnamed_array(Kind::float64, {bytes / sizeof(double)})) {
    RunOptions options;
    options.arguments = {{"seed", std::to_string(kSeed)}};
    run("random", draft_, options);
  }
  ArrayDraft& draft() noexcept { return draft_; }
  std::span<const double> numbers() { return draft_.array().elements<double>(); }

 private:
  ArrayDraft draft_;
};

/// A reduction and what it is over.
class ReductionTask {
 public:
  /// Empty: the benchmark is skipped.
  static std::optional<ReductionTask> get(benchmark::State& state, Reduction reduction);

  const char* kernel() const noexcept;
  JobArrays arrays() const;
  ArrayDraft& x() const noexcept { return x_->draft(); }
  Operands operands() const { return {x_->numbers(), y_ ? y_->numbers() : std::span<const double>()}; }
  Reduction reduction() const noexcept { return reduction_; }
  double expected() const noexcept { return expected_; }

  /// Others add in other orders, and round every time.
  void check(benchmark::State& state, double found) const {
    const double slack = reduction_ == Reduction::max ? 0 : 1e-9 * expected_;
    if (!(std::fabs(found - expected_) <= slack)) state.SkipWithError("wrong result");
  }
  void count_bytes(benchmark::State& state) const {
    const std::size_t bytes = operands().x.size_bytes() + operands().y.size_bytes();
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes));
  }

 private:
  Reduction reduction_ = Reduction::max;
  RandomNumbers<1>* x_ = nullptr;
  RandomNumbers<2>* y_ = nullptr;
  double expected_ = 0;
};

/// Chunks go to whoever asks first, so that a worker meets pages that only others have mapped; after so many
/// jobs of two workers hardly any.
inline constexpr int kWarmUps = 6;

inline unsigned count_of(Cores cores) { return cores == Cores::one ? 1 : default_workers().count; }

/// Registers SUBJECT, or SUBJECT_one_core: `measure(state, task, threads)`.
template <class Measure>
void add_reduction(const std::string& subject, Reduction reduction, Cores cores, Measure measure) {
  constexpr const char* kQuestions[] = {"reduce_max/", "reduce_sum/", "reduce_dot/"};
  const std::string name = kQuestions[static_cast<int>(reduction)] + subject;
  benchmark::RegisterBenchmark((name + (cores == Cores::one ? "_one_core" : "")).c_str(),
                               [=](benchmark::State& state) {
                                 const auto task = ReductionTask::get(state, reduction);
                                 if (!task) return;
                                 measure(state, *task, count_of(cores));
                                 task->count_bytes(state);
                               })
      ->UseRealTime()
      ->Unit(benchmark::kMillisecond);
}

/// For all reductions. `prepare(task, threads)` gives what computes it.
template <class Prepare>
void add_reductions(const std::string& subject, Cores cores, Prepare prepare) {
  const auto measure = [=](benchmark::State& state, const ReductionTask& task, unsigned threads) {
    auto compute = prepare(task, threads);
    task.check(state, compute());
    for (auto _ : state) task.check(state, compute());
  };
  for (const Reduction reduction : {Reduction::max, Reduction::sum, Reduction::dot})
    add_reduction(subject, reduction, cores, measure);
}

/// The same for a rival's `compute(reduction, operands, threads)`.
template <class Compute>
void add_rival_reductions(const std::string& subject, Cores cores, Compute compute) {
  add_reductions(subject, cores, [=](const ReductionTask& task, unsigned threads) {
    return [=, operands = task.operands()] { return compute(task.reduction(), operands, threads); };
  });
}

}  // namespace shmkit::bench
