#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

#include <shmkit/run.hpp>

namespace shmkit::pool {

using Deadline = std::optional<std::chrono::steady_clock::time_point>;

/// Rounded up, so that a time-out is never none.
inline std::chrono::milliseconds to_milliseconds(std::chrono::duration<double> time) {
  return std::chrono::ceil<std::chrono::milliseconds>(time);
}

inline Deadline deadline_of(const RunOptions& options) {
  if (options.timeout.count() <= 0) return std::nullopt;
  return std::chrono::steady_clock::now() + to_milliseconds(options.timeout);
}

/// How long to sleep: `most`, or until the deadline if that is earlier.
inline std::chrono::milliseconds until(const Deadline& deadline, std::chrono::milliseconds most) {
  if (!deadline) return most;
  const auto left = to_milliseconds(*deadline - std::chrono::steady_clock::now());
  return std::clamp(left, std::chrono::milliseconds(0), most);
}

/// Throws Error (timed_out).
inline void throw_if_past(const Deadline& deadline) {
  if (!deadline || std::chrono::steady_clock::now() < *deadline) return;
  throw Error(Errc::timed_out, "the job was given up: its time-out expired",
              "a longer --timeout, or more workers");
}

}  // namespace shmkit::pool
