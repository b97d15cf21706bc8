#include "advise/trial.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

#include <fmt/format.h>

#include <shmkit/error.hpp>

#include "os/cpu_time.hpp"

namespace shmkit::advise_model {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_between(Clock::time_point from, Clock::time_point to) { return Seconds(to - from).count(); }

RunReport checked(RunReport report) {
  if (report.failures.empty()) return report;
  throw Error(Errc::chunks_failed, fmt::format("kernel {} cannot do a sample of this: {}", report.kernel,
                                               report.failures.front().reason));
}

// Of all workers: how long they ran, and how long one of them waited in the mean.
os::CpuTime time_of(const WorkerPool& pool) {
  os::CpuTime sum;
  for (const int pid : pool.worker_pids()) {
    const os::CpuTime one = os::cpu_time(pid);
    sum.running += one.running;
    sum.waiting += one.waiting / pool.size();
  }
  return sum;
}

/// Repetitions in a few batches, of which the least disturbed one counts. From its time that is taken away
/// for which those who worked waited for a CPU.
class Stopwatch {
 public:
  static constexpr unsigned kBatches = 4;

  /// `used` tells what those who work have had of the CPUs so far. `batch` gives the seconds of its
  /// repetitions.
  template <class Used, class Batch>
  void time(Used used, Batch batch) {
    const os::CpuTime before = used();
    const auto start = Clock::now();
    const std::vector<double> seconds = batch();
    const double passed = seconds_between(start, Clock::now());
    const os::CpuTime after = used();
    const auto count = static_cast<double>(seconds.size());
    const double alone = passed - (after.waiting - before.waiting);
    alone_ = std::min(alone_, std::max(alone, passed / kMostWaiting) / count);
    cpu_ = std::min(cpu_, (after.running - before.running) / count);
    all_.insert(all_.end(), seconds.begin(), seconds.end());
  }
  /// No more than `side_by_side` of those who work ran at a time.
  Duration duration(unsigned side_by_side) const {
    const double middle = median(all_);
    return {middle, std::min(middle, std::max(alone_, cpu_ / side_by_side)), cpu_};
  }

 private:
  static constexpr double kMostWaiting = 20;

  std::vector<double> all_;
  double alone_ = std::numeric_limits<double>::infinity();
  double cpu_ = std::numeric_limits<double>::infinity();
};

template <class Batch>
Duration in_batches(unsigned repeat, unsigned side_by_side, Batch batch) {
  Stopwatch watch;
  for (unsigned done = 0; done < repeat;) {
    const unsigned some = std::min(repeat - done, std::max(repeat / Stopwatch::kBatches, 1U));
    batch(watch, some);
    done += some;
  }
  return watch.duration(side_by_side);
}

// Chunks are handed out as they are asked for, so that a worker's absence is shared by all.
Duration run_in(WorkerPool& pool, const TrialJob& job, unsigned repeat) {
  const auto used = [&] {
    os::CpuTime time = time_of(pool);
    if (pool.size() > job.cpus) time.waiting = 0;
    return time;
  };
  return in_batches(repeat, std::min(pool.size(), job.cpus), [&](Stopwatch& watch, unsigned some) {
    RunOptions options = job.options;
    options.repeat = some;
    watch.time(used, [&] { return checked(pool.run(job.kernel, job.arrays, options)).seconds; });
  });
}

}  // namespace

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

std::optional<PoolTrial> try_pool(const TrialJob& job, unsigned workers) {
  PoolTrial trial;
  const auto begin = Clock::now();
  std::optional<WorkerPool> pool = WorkerPool::start(workers);
  trial.start = seconds_between(begin, Clock::now());
  try {
    trial.first = run_in(*pool, job, 1);
    trial.warm = job.options.repeat > 1 ? run_in(*pool, job, job.options.repeat - 1) : trial.first;
  } catch (const Error& e) {
    if (e.errc() != Errc::timed_out) throw;
    return std::nullopt;
  }
  const auto done = Clock::now();
  pool.reset();
  trial.end = seconds_between(done, Clock::now());
  return trial;
}

Duration try_loop(TrialJob job) {
  const unsigned repeat = job.options.repeat;
  job.options.via = Via::serial;
  return in_batches(repeat, 1, [&](Stopwatch& watch, unsigned some) {
    job.options.repeat = some;
    watch.time([] { return os::cpu_time(); },
               [&] { return checked(run(job.kernel, job.arrays, job.options)).seconds; });
  });
}

double try_copies(TrialJob job, unsigned workers) {
  job.options.via = Via::copy;
  job.options.workers = workers;
  job.options.repeat = 1;
  const auto begin = Clock::now();
  checked(run(job.kernel, job.arrays, job.options));
  return seconds_between(begin, Clock::now());
}

}  // namespace shmkit::advise_model
