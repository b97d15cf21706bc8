#pragma once

#include <cstdint>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "job/plan.hpp"
#include "job/timeline.hpp"

namespace shmkit::run_ways {

/// What one worker does when, if its job is traced; otherwise nothing. For one thread. Where there is no
/// memory for its notes it drops them, and the worker is not shown: a picture is not worth an answer.
class Stopwatch {
 public:
  /// `pid`: 0 for what runs inside this process.
  Stopwatch(bool runs, unsigned worker, int pid = 0) : runs_(runs) {
    track_.worker = worker;
    track_.pid = pid;
  }

  /// The worker has just started.
  void starts() noexcept { read(track_.started); }
  void asks() noexcept { read(attempt_.asked); }
  void begins(unsigned attempt = 1) noexcept {
    attempt_.number = attempt;
    read(attempt_.begin);
  }
  void ends(std::uint64_t chunk, bool done) noexcept {
    add(chunk, done ? TimelineEvent::Outcome::completed : TimelineEvent::Outcome::complained);
  }
  void dies(std::uint64_t chunk, const std::string& reason) noexcept {
    add(chunk, TimelineEvent::Outcome::died);
    note([&] { track_.death = {attempt_.end, reason, chunk}; });
  }

  /// The last that is done with it.
  void hand_over_to(std::vector<job::WorkerTrack>& tracks) noexcept {
    note([&] { tracks.push_back(std::move(track_)); });
  }

 private:
  void read(std::int64_t& time) const noexcept {
    if (runs_) time = job::timeline_now();
  }

  void add(std::uint64_t chunk, TimelineEvent::Outcome outcome) noexcept {
    read(attempt_.end);
    attempt_.chunk = chunk;
    attempt_.outcome = outcome;
    note([&] { track_.attempts.push_back(attempt_); });
  }

  template <class Notes>
  void note(Notes notes) noexcept {
    try {
      if (runs_) notes();
    } catch (const std::bad_alloc&) {
      runs_ = false;
      track_ = {};
    }
  }

  bool runs_;
  job::WorkerTrack track_;
  job::Attempt attempt_;
};

/// The time at which a pass begins, for finish_pass().
inline std::int64_t begin_pass(const job::Plan& plan) noexcept {
  return plan.traced ? job::timeline_now() : 0;
}

/// Adds a pass that has just come to its end, if it is traced.
inline void finish_pass(RunReport& report, const job::Plan& plan, std::int64_t begin,
                        std::vector<job::WorkerTrack> tracks) noexcept {
  if (plan.traced)
    job::add_pass(report, {plan.partition, begin, begin, job::timeline_now(), std::move(tracks)});
}

}  // namespace shmkit::run_ways
