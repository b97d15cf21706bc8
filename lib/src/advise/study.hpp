#pragma once

#include <map>

#include "advise/model.hpp"
#include "advise/trial.hpp"

namespace shmkit::advise_model {

/// Gets to know a kernel by running samples of a job, larger and larger, and then says what to expect of it.
/// Each step is taken if the rest of the budget covers what it is expected to take.
class Study {
 public:
  /// Requires: the job is one that run() would do. `grain` as of the kernel. Costs outlive it.
  Study(Recipe recipe, const Costs& costs, const AdviseOptions& options, std::uint64_t grain);

  /// Requires: called once.
  Advice advice();

 private:
  void climb();
  bool climb_to(std::uint64_t items);
  std::uint64_t next_after(std::uint64_t items) const;
  void measure_lanes();
  void measure_lanes_at(std::uint64_t items);
  bool needs_cpu(std::uint64_t items) const;
  double lanes_of(std::uint64_t items, const PoolTrial& all) const;
  void measure(WorkerTimes& times);
  void fill_times(Advice& advice);
  void fill_break_even(Advice& advice) const;

  std::uint64_t chunks_of(std::uint64_t items) const;
  TrialJob job(std::uint64_t items, std::uint64_t chunks, unsigned repeat);
  /// Kept: each is measured once.
  std::optional<PoolTrial> trial(std::uint64_t items, unsigned workers);
  double left() const;

  Recipe recipe_;
  const Costs& costs_;
  AdviseOptions options_;
  unsigned most_workers_;
  std::uint64_t most_items_;
  double limit_;       ///< Seconds that one loop may take.
  double slowed_ = 1;  ///< How many times as long everything takes because of what else runs.
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  Work work_;   ///< Grows.
  Work known_;  ///< Without lanes: what decides on chunks, so that it stays the same.
  bool at_least_ = false;
  std::map<std::uint64_t, Sample> samples_;
  std::map<std::uint64_t, Duration> loops_;
  std::map<std::pair<std::uint64_t, unsigned>, PoolTrial> trials_;
};

}  // namespace shmkit::advise_model
