#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <shmkit/run.hpp>

#include "job/plan.hpp"

namespace shmkit::job {

/// Nanoseconds of the clock of timelines.
std::int64_t timeline_now() noexcept;

/// A worker's attempt at a chunk.
struct Attempt {
  std::uint64_t chunk = 0;
  unsigned number = 1;
  TimelineEvent::Outcome outcome = TimelineEvent::Outcome::completed;
  std::int64_t asked = 0;
  std::int64_t begin = 0;
  std::int64_t end = 0;
};

/// What is known of one worker in one pass.
struct WorkerTrack {
  struct Span {
    std::int64_t begin = 0;
    std::int64_t end = 0;
  };
  struct Death {
    std::int64_t noticed = 0;
    std::string reason;
    std::uint64_t chunk = TimelineEvent::kNoChunk;
  };
  unsigned worker = 0;
  int pid = 0;
  std::int64_t started = 0;  ///< 0: not known.
  std::optional<Span> attach;
  std::optional<Death> death;
  std::vector<Attempt> attempts;  ///< In any order.
};

/// All chunks of a plan, executed once.
struct Pass {
  Partition partition;
  std::int64_t submitted = 0;
  std::int64_t published = 0;  ///< No worker knew of it before.
  std::int64_t ended = 0;
  std::vector<WorkerTrack> tracks;
};

/// Adds the events of a pass to report.timeline, as of the repetition after those that report.seconds knows.
/// Believes none of the times and chunks of the tracks. Where there is no memory for the events of a pass, it
/// has none.
void add_pass(RunReport& report, Pass pass) noexcept;

/// Adds what the client did before the job, if there is memory for it.
void add_start_of_workers(RunReport& report, std::int64_t begin, std::int64_t end) noexcept;

/// One repetition of a job, from here to end().
class Repetition {
 public:
  Repetition() noexcept : begin_(timeline_now()) {}
  /// Puts its seconds into the report, and if the plan is traced, what the client did in it, if there is
  /// memory for that.
  void end(const Plan& plan, RunReport& report) const;

 private:
  std::int64_t begin_;
};

}  // namespace shmkit::job
