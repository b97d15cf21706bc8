#pragma once

#include <fmt/format.h>

#include <shmkit/run.hpp>

namespace shmkit::pool {

/// How many workers a pool gets that is asked for `workers`; 0: default_workers(). Throws Error (usage).
inline unsigned checked_workers(unsigned workers) {
  if (workers > WorkerPool::kMaxWorkers) {
    throw Error(Errc::usage, fmt::format("{} workers are too many", workers),
                fmt::format("at most {}", WorkerPool::kMaxWorkers));
  }
  return workers == 0 ? default_workers().count : workers;
}

}  // namespace shmkit::pool
