#include "job/timeline.hpp"

#include <algorithm>
#include <chrono>
#include <new>
#include <utility>

namespace shmkit::job {
namespace {

using Event = TimelineEvent;
using Kind = TimelineEvent::Kind;
using Outcome = TimelineEvent::Outcome;

constexpr std::int64_t kLeastWait = 1000;

// Whatever the workers said, there is an end of it.
void emit(Timeline& timeline, Event event) {
  if (timeline.size() < kMostTimelineEvents) timeline.push_back(std::move(event));
}

// Without memory for what `add` adds, all of it is left out: a picture is not worth an answer.
template <class Add>
void add_whole(Timeline& timeline, Add add) noexcept {
  const std::size_t before = timeline.size();
  try {
    add();
  } catch (const std::bad_alloc&) {
    timeline.erase(timeline.begin() + static_cast<std::ptrdiff_t>(before), timeline.end());
  }
}

struct Before {
  unsigned passes = 0;     // Of this repetition.
  std::int64_t ended = 0;  // The last of them, or of an earlier repetition; 0: there is none.
};

Before before(const RunReport& report) {
  const auto last =
      std::ranges::find(report.timeline.rbegin(), report.timeline.rend(), Kind::execute, &Event::kind);
  if (last == report.timeline.rend()) return {};
  return {last->repetition == report.seconds.size() ? last->pass + 1 : 0, last->end};
}

/// The events of one worker, one after the other.
class Track {
 public:
  Track(Timeline& timeline, const Pass& pass, Event common)
      : timeline_(timeline),
        pass_(pass),
        common_(std::move(common)),
        at_(pass.published),
        until_(pass.ended) {}

  void add(WorkerTrack track, std::uint64_t together, std::int64_t known_since) {
    common_.worker = track.worker;
    common_.pid = track.pid;
    // One that started after the end belongs to the next pass, whose client knows it as new, too.
    if (track.started > known_since && track.started <= until_)
      emit(timeline_, made(Kind::start, track.started, track.started));
    at_ = std::clamp(track.started, at_, until_);
    if (track.death) until_ = std::clamp(track.death->noticed, at_, until_);
    if (track.attach) add_attach(*track.attach);
    std::ranges::sort(track.attempts, {}, &Attempt::begin);
    for (std::size_t i = 0; i < track.attempts.size();) i = add_runs(track.attempts, i, together);
    wait_until(until_);
    if (track.death) add_death(*track.death);
  }

 private:
  Event made(Kind kind, std::int64_t begin, std::int64_t end) const {
    Event event = common_;
    event.kind = kind;
    event.begin = begin;
    event.end = end;
    return event;
  }

  std::int64_t sane(std::int64_t time) const noexcept { return std::clamp(time, at_, until_); }

  void wait_until(std::int64_t time) {
    if (time - at_ >= kLeastWait) emit(timeline_, made(Kind::wait, at_, time));
    at_ = time;
  }

  void add_attach(WorkerTrack::Span span) {
    wait_until(sane(span.begin));
    const std::int64_t end = sane(span.end);
    emit(timeline_, made(Kind::attach, at_, end));
    at_ = end;
  }

  // As many as belong together, from `first` on. Gives the one after them.
  std::size_t add_runs(const std::vector<Attempt>& attempts, std::size_t first, std::uint64_t together) {
    Event run = run_of(attempts[first], together == 1);
    std::size_t next = first + 1;
    for (; next < attempts.size() && run.chunks < together && mergeable(run, attempts[next]); ++next)
      extend(run, attempts[next]);
    run.first_element = pass_.partition.begin(run.chunk);
    run.end_element = pass_.partition.begin(run.last_chunk + 1);
    emit(timeline_, std::move(run));
    return next;
  }

  static bool mergeable(const Event& run, const Attempt& next) noexcept {
    return run.outcome == Outcome::completed && next.outcome == Outcome::completed && next.number == 1;
  }

  Event run_of(const Attempt& attempt, bool shows_claim) {
    wait_until(sane(attempt.asked));
    const std::int64_t begin = sane(attempt.begin);
    if (shows_claim) emit(timeline_, made(Kind::claim, at_, begin));
    at_ = begin;
    Event run = made(Kind::run, begin, sane(attempt.end));
    run.outcome = attempt.outcome;
    run.attempt = attempt.number;
    run.chunks = 1;
    run.chunk = run.last_chunk = std::min(attempt.chunk, pass_.partition.chunks() - 1);
    run.busy = run.end - run.begin;
    at_ = run.end;
    if (attempt.number > 1) add_retry(run);
    return run;
  }

  void extend(Event& run, const Attempt& attempt) {
    const std::int64_t begin = sane(attempt.begin);
    at_ = run.end = std::clamp(attempt.end, begin, until_);
    ++run.chunks;
    const std::uint64_t chunk = std::min(attempt.chunk, pass_.partition.chunks() - 1);
    run.chunk = std::min(run.chunk, chunk);
    run.last_chunk = std::max(run.last_chunk, chunk);
    run.busy += run.end - begin;
  }

  void add_retry(const Event& run) {
    Event retry = run;
    retry.kind = Kind::retry;
    retry.end = retry.begin;
    emit(timeline_, std::move(retry));
  }

  void add_death(const WorkerTrack::Death& death) {
    Event event = made(Kind::death, until_, until_);
    event.reason = death.reason;
    if (death.chunk < pass_.partition.chunks()) event.chunk = event.last_chunk = death.chunk;
    emit(timeline_, std::move(event));
  }

  Timeline& timeline_;
  const Pass& pass_;
  Event common_;
  std::int64_t at_;  // What is before it has been told.
  std::int64_t until_;
};

// How many attempts of one worker are shown as one, so that all of it takes no more than `room` events: a
// claim, a run and a wait each, or a run and a wait.
std::uint64_t together(const Pass& pass, std::uint64_t room) {
  std::uint64_t attempts = 0;
  for (const WorkerTrack& track : pass.tracks) attempts += track.attempts.size();
  return 3 * attempts <= room ? 1 : (2 * attempts + room - 1) / room;
}

Event of_client(const RunReport& report, unsigned pass, Kind kind, std::int64_t begin, std::int64_t end) {
  Event event;
  event.kind = kind;
  event.repetition = static_cast<unsigned>(report.seconds.size());
  event.pass = pass;
  event.begin = begin;
  event.end = end;
  return event;
}

// Before its seconds are in the report: that is how its passes are known. From a collection on until the next
// pass, or the end, the client combines.
void add_repetition(RunReport& report, std::int64_t begin, std::int64_t end) {
  Timeline& timeline = report.timeline;
  std::int64_t until = end;
  for (std::size_t i = timeline.size(); i-- > 0 && timeline[i].kind != Kind::repetition;) {
    const Event event = timeline[i];
    if (event.kind == Kind::collect)
      emit(timeline, of_client(report, event.pass, Kind::combine, event.end, until));
    if (event.kind == Kind::submit || event.kind == Kind::execute) until = event.begin;
  }
  emit(timeline, of_client(report, 0, Kind::repetition, begin, end));
}

void add_events(RunReport& report, Pass& pass) {
  constexpr std::uint64_t kOfWorker = 8;  // Events besides those of its chunks, and more.
  const std::uint64_t room = (kMostTimelineEvents - report.timeline.size()) / 2;
  if (room < kOfWorker * (pass.tracks.size() + 1)) return;
  const Before past = before(report);
  const std::uint64_t group = together(pass, room);
  const Event common = of_client(report, past.passes, Kind::execute, pass.published, pass.ended);
  for (WorkerTrack& track : pass.tracks)
    Track(report.timeline, pass, common).add(std::move(track), group, past.ended);
  if (pass.published > pass.submitted)
    emit(report.timeline, of_client(report, past.passes, Kind::submit, pass.submitted, pass.published));
  Event execute = common;
  execute.chunks = pass.partition.chunks();
  emit(report.timeline, std::move(execute));
  emit(report.timeline, of_client(report, past.passes, Kind::collect, pass.ended, timeline_now()));
}

}  // namespace

std::int64_t timeline_now() noexcept {
  return std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count();
}

void add_pass(RunReport& report, Pass pass) noexcept {
  add_whole(report.timeline, [&] { add_events(report, pass); });
}

void add_start_of_workers(RunReport& report, std::int64_t begin, std::int64_t end) noexcept {
  Event event = of_client(report, 0, Kind::start_workers, begin, end);
  event.repetition = 0;
  add_whole(report.timeline, [&] { emit(report.timeline, std::move(event)); });
}

void Repetition::end(const Plan& plan, RunReport& report) const {
  const std::int64_t now = timeline_now();
  if (plan.traced) add_whole(report.timeline, [&] { add_repetition(report, begin_, now); });
  report.seconds.push_back(static_cast<double>(now - begin_) * 1e-9);
}

}  // namespace shmkit::job
