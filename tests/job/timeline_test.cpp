#include "job/timeline.hpp"

#include <algorithm>
#include <map>
#include <numeric>

#include <gtest/gtest.h>

namespace shmkit::job {
namespace {

using Kind = TimelineEvent::Kind;
using Outcome = TimelineEvent::Outcome;

// The oracle: what add_pass() promises of any tracks. The slices of a worker do not overlap and lie in the
// pass, every chunk is counted once, and there are never more events than kMostTimelineEvents.
class TimelineOfAPass : public testing::Test {
 protected:
  static constexpr std::int64_t kBegin = 1'000'000'000;
  static constexpr std::int64_t kEnd = 2'000'000'000;

  static WorkerTrack track(unsigned worker, int pid) {
    WorkerTrack made;
    made.worker = worker;
    made.pid = pid;
    return made;
  }

  void add(std::uint64_t chunks, std::vector<WorkerTrack> tracks) {
    add_pass(report_, {Partition(chunks * 10, chunks), kBegin - 10, kBegin, kEnd, std::move(tracks)});
  }

  std::vector<TimelineEvent> of(Kind kind) const {
    std::vector<TimelineEvent> found;
    std::ranges::copy_if(report_.timeline, std::back_inserter(found),
                         [kind](const TimelineEvent& event) { return event.kind == kind; });
    return found;
  }

  void check_slices() const {
    std::map<unsigned, std::vector<TimelineEvent>> slices;
    for (const TimelineEvent& event : report_.timeline) {
      if (event.worker == TimelineEvent::kClient || event.begin == event.end) continue;
      slices[event.worker].push_back(event);
    }
    for (auto& [worker, events] : slices) {
      std::ranges::sort(events, {}, &TimelineEvent::begin);
      std::int64_t at = kBegin;
      for (const TimelineEvent& event : events) {
        ASSERT_LE(at, event.begin) << "worker " << worker;
        ASSERT_LE(event.begin, event.end);
        at = event.end;
      }
      ASSERT_LE(at, kEnd);
    }
    ASSERT_LE(report_.timeline.size(), kMostTimelineEvents);
  }

  std::uint64_t chunks_shown() const {
    const auto runs = of(Kind::run);
    return std::accumulate(runs.begin(), runs.end(), std::uint64_t{0},
                           [](std::uint64_t sum, const TimelineEvent& run) { return sum + run.chunks; });
  }

  RunReport report_;
};

TEST_F(TimelineOfAPass, TellsWhatAWorkerDidOneAfterTheOther) {
  WorkerTrack worker = track(3, 77);
  worker.attach = {kBegin + 5000, kBegin + 6000};
  worker.attempts = {{1, 1, Outcome::completed, kBegin + 30'000, kBegin + 30'100, kBegin + 40'000},
                     {0, 1, Outcome::completed, kBegin + 6000, kBegin + 6100, kBegin + 29'900}};
  add(2, {worker});
  const std::vector<std::pair<Kind, std::int64_t>> expected{
      {Kind::wait, 0},       {Kind::attach, 5000},          {Kind::claim, 6000},  {Kind::run, 6100},
      {Kind::claim, 30'000}, {Kind::run, 30'100},           {Kind::wait, 40'000}, {Kind::submit, -10},
      {Kind::execute, 0},    {Kind::collect, 1'000'000'000}};
  std::vector<std::pair<Kind, std::int64_t>> found;
  for (const TimelineEvent& event : report_.timeline) found.emplace_back(event.kind, event.begin - kBegin);
  // Between the first run and the next claim is the commit: a tenth of a microsecond is no wait.
  EXPECT_EQ(found, expected);
  EXPECT_EQ(of(Kind::run)[0].chunk, 0);
  EXPECT_EQ(of(Kind::run)[1].first_element, 10);
  EXPECT_EQ(of(Kind::run)[1].end_element, 20);
  EXPECT_EQ(of(Kind::run)[1].pid, 77);
  check_slices();
}

TEST_F(TimelineOfAPass, ShowsADeathAndTheRetryOfItsChunk) {
  WorkerTrack dead = track(0, 10);
  dead.attempts = {{0, 1, Outcome::died, kBegin + 100, kBegin + 200, kBegin + 90'000}};
  dead.death = {kBegin + 90'000, "killed", 0};
  WorkerTrack heir = track(0, 11);
  heir.started = kBegin + 91'000;
  heir.attempts = {{0, 2, Outcome::completed, kBegin + 92'000, kBegin + 92'100, kBegin + 99'000}};
  add(1, {dead, heir});
  ASSERT_EQ(of(Kind::death).size(), 1);
  EXPECT_EQ(of(Kind::death)[0].reason, "killed");
  EXPECT_EQ(of(Kind::death)[0].chunk, 0);
  ASSERT_EQ(of(Kind::retry).size(), 1);
  EXPECT_EQ(of(Kind::retry)[0].pid, 11);
  ASSERT_EQ(of(Kind::start).size(), 1);
  EXPECT_EQ(of(Kind::start)[0].begin, kBegin + 91'000);
  ASSERT_EQ(of(Kind::run).size(), 2);
  EXPECT_EQ(of(Kind::run)[0].outcome, Outcome::died);
  check_slices();
}

TEST_F(TimelineOfAPass, ShowsAStartInThePassThatItLiesIn) {
  WorkerTrack early = track(0, 10);
  early.started = kEnd;
  WorkerTrack late = track(1, 11);
  late.started = kEnd + 1;
  add(1, {early, late});
  ASSERT_EQ(of(Kind::start).size(), 1);
  EXPECT_EQ(of(Kind::start)[0].pid, 10);
  add_pass(report_, {Partition(1, 1), kEnd, kEnd, 2 * kEnd, {early, late}});
  ASSERT_EQ(of(Kind::start).size(), 2);
  EXPECT_EQ(of(Kind::start)[1].pid, 11);
}

TEST_F(TimelineOfAPass, MakesTimesThatCannotBeFitIn) {
  constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  WorkerTrack mad = track(0, 1);
  mad.started = kMost;
  mad.attach = {kMost, kLeast};
  WorkerTrack madder = track(1, 1);
  madder.started = kLeast;
  madder.attach = {kLeast, kBegin + 10};
  madder.death = {kLeast, "", ~std::uint64_t{0}};
  WorkerTrack overlapping = track(2, 1);
  const std::vector<std::int64_t> times{kLeast, -1, 0, kBegin, kBegin + 5000, kEnd - 5000, kEnd, kMost};
  for (const std::int64_t a : times) {
    for (const std::int64_t b : times) {
      for (WorkerTrack* worker : {&mad, &madder, &overlapping})
        worker->attempts.push_back({kBegin % 7, 1, Outcome::completed, a, b, a});
    }
  }
  add(7, {mad, madder, overlapping});
  check_slices();
  EXPECT_TRUE(of(Kind::start).empty());
  EXPECT_EQ(chunks_shown(), 3 * times.size() * times.size());
}

TEST_F(TimelineOfAPass, MergesNeighboursWhereThereAreTooMany) {
  constexpr std::uint64_t kChunks = 1'000'000;
  std::vector<WorkerTrack> workers{track(0, 1), track(1, 2)};
  for (std::uint64_t chunk = 0; chunk < kChunks; ++chunk) {
    const std::int64_t at = kBegin + static_cast<std::int64_t>(chunk) * 500;
    workers[chunk % 2].attempts.push_back({chunk, 1, Outcome::completed, at, at + 100, at + 900});
  }
  workers[1].attempts[1000].number = 2;  // A retry stays to be seen.
  for (int repetition = 0; repetition < 30; ++repetition) {
    const std::size_t before = report_.timeline.size();
    report_.seconds.assign(static_cast<std::size_t>(repetition), 1.0);
    if (repetition == 0) {
      add(kChunks, workers);
      EXPECT_EQ(chunks_shown(), kChunks);
      EXPECT_GT(of(Kind::run).size(), 10'000);
      EXPECT_EQ(of(Kind::retry).size(), 1);
      EXPECT_TRUE(of(Kind::claim).empty());
      const auto run = of(Kind::run).front();
      EXPECT_EQ(run.busy, static_cast<std::int64_t>(run.chunks) * 800);
    } else {
      std::vector<WorkerTrack> fewer{track(0, 1)};
      fewer[0].attempts.assign(workers[0].attempts.begin(), workers[0].attempts.begin() + 50'000);
      add(kChunks, fewer);
    }
    // Half of what is left, and a little more.
    EXPECT_LE(report_.timeline.size() - before, (kMostTimelineEvents - before) / 2 + 20);
  }
  EXPECT_LE(report_.timeline.size(), kMostTimelineEvents);
}

TEST_F(TimelineOfAPass, NumbersThePassesOfEachRepetition) {
  Plan plan;
  plan.traced = true;
  for (unsigned repetition = 0; repetition < 2; ++repetition) {
    const Repetition whole;
    for (int pass = 0; pass < 2; ++pass) add(1, {track(0, 1)});
    whole.end(plan, report_);
  }
  std::vector<std::pair<unsigned, unsigned>> found;
  for (const TimelineEvent& event : of(Kind::execute)) found.emplace_back(event.repetition, event.pass);
  EXPECT_EQ(found, (std::vector<std::pair<unsigned, unsigned>>{{0, 0}, {0, 1}, {1, 0}, {1, 1}}));
  EXPECT_EQ(of(Kind::repetition).size(), 2);
  EXPECT_EQ(of(Kind::combine).size(), 4);
  EXPECT_EQ(report_.seconds.size(), 2);
}

}  // namespace
}  // namespace shmkit::job
