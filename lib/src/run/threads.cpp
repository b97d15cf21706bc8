#include <algorithm>
#include <mutex>
#include <thread>
#include <vector>

#include "queue/chunk_queue.hpp"
#include "run/stopwatch.hpp"
#include "run/ways.hpp"

namespace shmkit::run_ways {
namespace {

constexpr std::uint32_t kEpoch = 1;

/// What one ticket covers.
struct alignas(queue::kLine) Line {
  queue::Word words[queue::kLineWords];
};

/// A job in threads.
class Team {
 public:
  Team(const job::Plan& plan, const job::Bases& bases, std::byte* partials)
      : plan_(plan),
        bases_(bases),
        partials_(partials),
        lines_(plan.partition.chunks() / queue::kLineWords + 1),
        queue_(hints_, {lines_.front().words, plan.partition.chunks()}) {
    queue_.fill(kEpoch);
  }

  job::ChunkRunner runner() const { return {plan_, bases_}; }

  void work(queue::Owner me, job::ChunkRunner& runner) {
    Stopwatch watch(plan_.traced, me.slot);
    watch.starts();
    queue::ChunkQueue queue = queue_;
    queue::Cursor cursor;
    for (;;) {
      watch.asks();
      const auto chunk = queue.try_claim(me, kEpoch, cursor);
      if (!chunk) break;
      watch.begins();
      const bool done = runner.run(*chunk, partials_ + *chunk * plan_.stride);
      watch.ends(*chunk, done);
      if (!done) add_failure(failure_of(plan_, *chunk, runner.complaint()));
      queue.commit(*chunk, me, kEpoch);
    }
    add_track(watch);
  }

  std::vector<ChunkFailure> failures() {
    std::ranges::sort(failures_, {}, &ChunkFailure::index);
    return failures_;
  }

  std::vector<job::WorkerTrack> tracks() { return std::move(tracks_); }

 private:
  void add_failure(ChunkFailure failure) {
    const std::scoped_lock lock(mutex_);
    failures_.push_back(std::move(failure));
  }

  void add_track(Stopwatch& watch) {
    const std::scoped_lock lock(mutex_);
    watch.hand_over_to(tracks_);
  }

  const job::Plan& plan_;
  const job::Bases& bases_;
  std::byte* partials_;
  queue::Hints hints_{};
  std::vector<Line> lines_;
  queue::ChunkQueue queue_;
  std::mutex mutex_;
  std::vector<ChunkFailure> failures_;
  std::vector<job::WorkerTrack> tracks_;
};

}  // namespace

void Threads::execute(const job::Plan& plan, const job::Bases& bases, std::byte* partials,
                      RunReport& report) {
  const std::int64_t begin = begin_pass(plan);
  Team team(plan, bases, partials);
  std::vector<job::ChunkRunner> runners;  // Made here, where they may throw.
  for (std::uint32_t i = 0; i < workers_; ++i) runners.push_back(team.runner());
  {
    std::vector<std::jthread> threads;
    for (std::uint32_t i = 0; i < workers_; ++i)
      threads.emplace_back([&team, &runner = runners[i], i] { team.work({i, 0}, runner); });
  }
  finish_pass(report, plan, begin, team.tracks());
  report.failures = team.failures();
}

}  // namespace shmkit::run_ways
