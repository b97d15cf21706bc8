#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "advise/sample.hpp"

namespace shmkit::advise_model {

using Seconds = std::chrono::duration<double>;

/// Requires: not empty.
double median(std::vector<double> values);

/// How long something took, as far as the scheduler tells.
struct Duration {
  double seconds = 0;
  double alone = 0;  ///< What it would have been had nothing else wanted the CPUs.
  double cpu = 0;    ///< CPU time of those who worked.
};

/// What was measured with one pool, started for it.
struct PoolTrial {
  double start = 0;
  Duration first;  ///< The first repetition: arrays are attached and touched.
  Duration warm;   ///< Median of the others.
  double end = 0;

  double ephemeral() const noexcept { return start + first.seconds + end; }
};

/// How a job is tried.
struct TrialJob {
  std::string_view kernel;
  JobArrays arrays;
  unsigned cpus = 1;   ///< More workers than these wait for each other, not for others.
  RunOptions options;  ///< repeat: at least 2. timeout: of one repetition.
};

/// Starts a pool, runs the job in it, ends it. Empty: a repetition took longer than options.timeout.
/// Throws Error as WorkerPool::run(), and chunks_failed.
std::optional<PoolTrial> try_pool(const TrialJob& job, unsigned workers);

/// One loop: the median.
Duration try_loop(TrialJob job);

/// Seconds with workers that get the bytes through pipes, from start to end.
double try_copies(TrialJob job, unsigned workers);

}  // namespace shmkit::advise_model
