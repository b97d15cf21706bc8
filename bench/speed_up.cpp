#include <benchmark/benchmark.h>

#include <set>
#include <string>

#include "memory_loops.hpp"
#include "reductions.hpp"

// How much faster is a job with more workers? One that memory decides (max), and one that only computes (pi),
// on processes that are ready and on threads; load_only is the bound of the first. speed_up/SUBJECT/WORKERS,
// up to twice as many as there are CPUs.
namespace {

using namespace shmkit;
using bench::Reduction;
using bench::ReductionTask;

/// 1, 2, 3, 4, 6, 8, 12, ...; all CPUs, and twice as many.
std::set<unsigned> worker_counts() {
  const unsigned cpus = default_workers().count;
  std::set<unsigned> counts{cpus, 2 * cpus};
  for (unsigned power = 1; power <= cpus; power *= 2) {
    counts.insert(power);
    if (power > 1 && power + power / 2 <= cpus) counts.insert(power + power / 2);
  }
  return counts;
}

double number(const RunReport& report) { return std::get<double>(report.result.scalar); }

RunOptions on_threads(unsigned workers) {
  RunOptions options;
  options.via = Via::thread;
  options.workers = workers;
  return options;
}

/// `job()` gives a number that must be `wanted`.
template <class Job>
void measure(benchmark::State& state, double wanted, Job job) {
  const auto check = [&] {
    if (job() != wanted) state.SkipWithError("wrong result");
  };
  check();
  for (auto _ : state) check();
}

void max_in_processes(benchmark::State& state, const ReductionTask& task, unsigned workers) {
  WorkerPool pool = WorkerPool::start(workers);
  for (int i = 0; i < bench::kWarmUps; ++i) pool.run("max", task.x());
  measure(state, task.expected(), [&] { return number(pool.run("max", task.x())); });
}

void max_in_threads(benchmark::State& state, const ReductionTask& task, unsigned workers) {
  const RunOptions options = on_threads(workers);
  measure(state, task.expected(), [&] { return number(run("max", task.x(), options)); });
}

void loads(benchmark::State& state, const ReductionTask& task, unsigned workers) {
  const auto bytes = std::as_bytes(task.operands().x);
  const std::uint64_t wanted = bench::load_only(bytes, 1);
  for (auto _ : state)
    if (bench::load_only(bytes, workers) != wanted) state.SkipWithError("not every word was loaded");
}

RunOptions points(RunOptions options = {}) {
  options.arguments = {{"n", "50000000"}};
  return options;
}

double expected_pi() {
  static const double value = [] {
    RunOptions options;
    options.via = Via::serial;
    return number(run("pi", JobArrays{}, points(options)));
  }();
  return value;
}

void pi_in_processes(benchmark::State& state, unsigned workers) {
  WorkerPool pool = WorkerPool::start(workers);
  measure(state, expected_pi(), [&] { return number(pool.run("pi", JobArrays{}, points())); });
}

void pi_in_threads(benchmark::State& state, unsigned workers) {
  const RunOptions options = points(on_threads(workers));
  measure(state, expected_pi(), [&] { return number(run("pi", JobArrays{}, options)); });
}

void add(const std::string& subject, unsigned workers, auto measured) {
  const std::string name = "speed_up/" + subject + "/" + std::to_string(workers);
  benchmark::RegisterBenchmark(name.c_str(), measured)->UseRealTime()->Unit(benchmark::kMillisecond);
}

void add_over_arrays(const std::string& subject, unsigned workers, auto measured) {
  add(subject, workers, [=](benchmark::State& state) {
    if (const auto task = ReductionTask::get(state, Reduction::max)) measured(state, *task, workers);
  });
}

const bool kAdded = [] {
  for (const unsigned workers : worker_counts()) {
    add_over_arrays("load_only", workers, loads);
    add_over_arrays("shmkit_max", workers, max_in_processes);
    add_over_arrays("threads_max", workers, max_in_threads);
    add("shmkit_pi", workers, [=](benchmark::State& state) { pi_in_processes(state, workers); });
    add("threads_pi", workers, [=](benchmark::State& state) { pi_in_threads(state, workers); });
  }
  return true;
}();

}  // namespace
