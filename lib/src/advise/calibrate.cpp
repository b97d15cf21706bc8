#include <shmkit/advise.hpp>

#include <algorithm>
#include <cstring>
#include <span>
#include <vector>

#include "advise/trial.hpp"
#include "os/caches.hpp"
#include "os/cpu_time.hpp"

namespace shmkit {
namespace {

using advise_model::PoolTrial;
using advise_model::Seconds;
using advise_model::TrialJob;
using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20U;

double seconds_since(Clock::time_point start) { return Seconds(Clock::now() - start).count(); }

PerWorker per_worker(double one, double all, unsigned workers) {
  if (workers == 1) return {one, 0};
  return {one, std::max(0.0, (all - one) / static_cast<double>(workers - 1))};
}

/// Measures one thing after the other; each takes a share of the budget, or one measurement.
class Calibration {
 public:
  Calibration(Seconds budget, unsigned workers) : budget_(budget.count()) {
    const WorkerCount count = default_workers();
    costs_.cpus = count.count;
    costs_.cpus_reason = count.reason;
    costs_.workers = workers == 0 ? count.count : workers;
    costs_.cache = os::last_level_cache_bytes();
  }

  Costs run() {
    measure_pools();
    measure_chunk();
    measure_memory();
    measure_copies();
    return costs_;
  }

 private:
  void measure_pools();
  void measure_chunk();
  void measure_memory();
  void measure_copies();

  struct PoolCosts {
    double start, end, round_trip, attach;
  };
  PoolCosts pool_costs(unsigned workers) const;

  // The least of several: what else runs can only add. Slow machines get fewer.
  template <class Measure>
  double repeated(double share, Measure measure) const {
    std::vector<double> values;
    const auto start = Clock::now();
    do {
      values.push_back(measure());
    } while (values.size() < 7 && seconds_since(start) < share * budget_);
    return std::ranges::min(values);
  }

  double budget_;
  Costs costs_;
};

TrialJob job_over(ArrayDraft& draft, std::string_view kernel, std::uint64_t chunks, unsigned repeat) {
  TrialJob job{kernel, JobArrays{{draft}, {}}, default_workers().count, {}};
  job.options.chunks = chunks;
  job.options.repeat = repeat;
  return job;
}

// Bytes that have been written, so that nothing is left to be cleared.
ArrayDraft ones(std::uint64_t size) {
  const std::vector<std::byte> source(1U << 16U, std::byte{1});
  return advise_model::filled_draft(Kind::uint8, size, source);
}

double seconds_to_fill(std::span<std::byte> data) {
  const auto start = Clock::now();
  const double waited = os::cpu_time().waiting;
  std::memset(data.data(), 1, data.size());
  return seconds_since(start) - (os::cpu_time().waiting - waited);
}

Calibration::PoolCosts Calibration::pool_costs(unsigned workers) const {
  ArrayDraft small = ones(std::max(4096U, workers));
  std::vector<PoolTrial> trials;
  repeated(0.05, [&] {
    trials.push_back(*advise_model::try_pool(job_over(small, "noop", workers, 21), workers));
    return trials.back().start;
  });
  const auto of = [&](auto value) {
    std::vector<double> values;
    std::ranges::transform(trials, std::back_inserter(values), value);
    return std::ranges::min(values);
  };
  return {of([](const PoolTrial& trial) { return trial.start; }),
          of([](const PoolTrial& trial) { return trial.end; }),
          of([](const PoolTrial& trial) { return trial.warm.alone; }),
          of([](const PoolTrial& trial) { return std::max(0.0, trial.first.alone - trial.warm.alone); })};
}

void Calibration::measure_pools() {
  const PoolCosts one = pool_costs(1);
  const PoolCosts all = costs_.workers == 1 ? one : pool_costs(costs_.workers);
  costs_.start = per_worker(one.start, all.start, costs_.workers);
  costs_.end = per_worker(one.end, all.end, costs_.workers);
  costs_.round_trip = per_worker(one.round_trip, all.round_trip, costs_.workers);
  costs_.attach = one.attach;
}

void Calibration::measure_chunk() {
  constexpr std::uint64_t kChunks = 1U << 16U;
  ArrayDraft array = ones(kChunks);
  const auto trial = *advise_model::try_pool(job_over(array, "noop", kChunks, 6), 1);
  costs_.chunk = std::max(0.0, trial.warm.alone - costs_.round_trip.first) / static_cast<double>(kChunks);
}

// Beyond the last-level cache, where that can be had in the time and the memory that there is.
void Calibration::measure_memory() {
  const std::uint64_t enough = std::max(64 * kMiB, 2 * costs_.cache);
  const auto affordable = static_cast<std::uint64_t>(budget_ * 320) * kMiB;
  const std::uint64_t bytes =
      std::max<std::uint64_t>(std::min({enough, affordable, advise_model::sample_budget()}), kMiB);
  ArrayDraft array = advise_model::fresh_draft(Kind::float64, bytes / sizeof(double));
  const auto data = array.array().writable_bytes();
  const double first = seconds_to_fill(data);
  const auto size = static_cast<double>(data.size());
  costs_.memory_sample = data.size();
  costs_.fresh_rate = size / std::max(first - seconds_to_fill(data), 1e-9);

  const auto one = *advise_model::try_pool(job_over(array, "max", 0, 4), 1);
  const auto all =
      costs_.workers == 1 ? one : *advise_model::try_pool(job_over(array, "max", 0, 4), costs_.workers);
  costs_.memory_one = size / one.warm.alone;
  costs_.memory_all = size / all.warm.alone;
  costs_.touch_rate = size / std::max(one.first.alone - one.warm.alone - costs_.attach, 1e-9);
}

void Calibration::measure_copies() {
  ArrayDraft small = ones(std::max(4096U, costs_.workers));
  const auto start = [&](unsigned workers) {
    return repeated(0.03,
                    [&] { return advise_model::try_copies(job_over(small, "noop", workers, 1), workers); });
  };
  const double one = start(1);
  costs_.copy_start = per_worker(one, costs_.workers == 1 ? one : start(costs_.workers), costs_.workers);
  ArrayDraft array = ones(16 * kMiB);
  const double moving =
      repeated(0.1, [&] { return advise_model::try_copies(job_over(array, "noop", 32, 1), 1); });
  costs_.copy_rate = static_cast<double>(16 * kMiB) / std::max(moving - one, 1e-9);
}

}  // namespace

Costs calibrate(std::chrono::duration<double> budget, unsigned workers) {
  return Calibration(budget, workers).run();
}

}  // namespace shmkit
