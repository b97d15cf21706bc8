#include <array>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "pool/collect_tracks.hpp"
#include "pool/fixture.hpp"

namespace shmkit::test {
namespace {

using Kind = TimelineEvent::Kind;
using Outcome = TimelineEvent::Outcome;

// The oracle: every chunk is shown as executed once in every pass, whoever died and whoever did it; a chunk
// whose worker died is shown besides; and the result is what it is without a trace.
class Traced : public ProcessTest {
 protected:
  static RunOptions options(Via via, std::uint64_t chunks) {
    RunOptions options = in_chunks(chunks);
    options.via = via;
    options.workers = 3;
    options.trace = true;
    return options;
  }

  static std::vector<TimelineEvent> of(const RunReport& report, Kind kind) {
    std::vector<TimelineEvent> found;
    std::ranges::copy_if(report.timeline, std::back_inserter(found),
                         [kind](const TimelineEvent& event) { return event.kind == kind; });
    return found;
  }

  static void check_complete(const RunReport& report, std::uint64_t chunks) {
    std::map<unsigned, std::multiset<std::uint64_t>> executed;
    for (const TimelineEvent& run : of(report, Kind::run)) {
      ASSERT_LT(run.worker, report.workers);
      ASSERT_LE(run.begin, run.end);
      if (run.outcome != Outcome::died) executed[run.repetition].insert(run.chunk);
    }
    ASSERT_EQ(executed.size(), report.seconds.size());
    for (const auto& [repetition, indices] : executed) {
      EXPECT_EQ(indices.size(), chunks);
      EXPECT_EQ(std::set(indices.begin(), indices.end()).size(), chunks);
    }
    EXPECT_EQ(of(report, Kind::repetition).size(), report.seconds.size());
  }

  static std::byte* aligned(std::vector<std::uint64_t>& words) {
    auto at = reinterpret_cast<std::uintptr_t>(words.data());
    return reinterpret_cast<std::byte*>((at + queue::kLine - 1) / queue::kLine * queue::kLine);
  }

  // In each of these chunks a worker dies, once; if nothing else is said, after its kernel and before the
  // commit.
  void kill_once_in(std::initializer_list<std::uint64_t> chunks,
                    queue::FaultPoint point = queue::FaultPoint::executed) {
    for (const std::uint64_t chunk : chunks) doomed_->at(chunk) = true;
    the_doomed = &*doomed_;
    the_point = point;
    queue::fault_hook = [](queue::FaultPoint at, std::uint64_t chunk) {
      if (at == the_point && the_doomed->at(chunk).exchange(false)) ::raise(SIGKILL);
    };
  }

 private:
  using Doomed = std::array<std::atomic<bool>, 1000>;
  static inline Doomed* the_doomed = nullptr;
  static inline queue::FaultPoint the_point{};
  SharedPage<Doomed> doomed_;
};

TEST_F(Traced, EveryChunkOnceInEveryWay) {
  TestArray x(name("x"), shmkit::Kind::int64, 1000);
  for (const Via via : {Via::process, Via::thread, Via::serial, Via::copy}) {
    RunOptions traced = options(via, 100);
    traced.repeat = 3;
    const RunReport report = run("sum", x.array, traced);
    check_complete(report, 100);
    EXPECT_EQ(of(report, Kind::death).size(), 0);
    traced.trace = false;
    const RunReport plain = run("sum", x.array, traced);
    EXPECT_TRUE(plain.timeline.empty());
    EXPECT_EQ(bits(plain.result), bits(report.result));
  }
}

TEST_F(Traced, ADeathAndTheRetryOfItsChunk) {
  TestArray x(name("x"), shmkit::Kind::int64, 1000);
  kill_once_in({5});
  WorkerPool pool = WorkerPool::start(3);
  const RunReport report = pool.run("sum", x.array, options(Via::process, 10));
  check_complete(report, 10);
  const auto deaths = of(report, Kind::death);
  ASSERT_EQ(deaths.size(), 1);
  EXPECT_EQ(deaths[0].chunk, 5);
  EXPECT_NE(deaths[0].reason.find("signal 9"), std::string::npos);
  const auto retries = of(report, Kind::retry);
  ASSERT_EQ(retries.size(), 1);
  EXPECT_EQ(retries[0].chunk, 5);
  EXPECT_EQ(retries[0].attempt, 2);
  EXPECT_NE(retries[0].pid, deaths[0].pid);
  std::vector<TimelineEvent> lost = of(report, Kind::run);
  std::erase_if(lost, [](const TimelineEvent& run) { return run.outcome != Outcome::died; });
  ASSERT_EQ(lost.size(), 1);
  EXPECT_EQ(lost[0].chunk, 5);
  EXPECT_EQ(lost[0].pid, deaths[0].pid);
  EXPECT_LE(lost[0].end, retries[0].begin);
}

// From the claim to the commit. Before the worker has said what it holds, only the retry shows that there was
// something; after the commit its death is not one of the chunk.
TEST_F(Traced, ADeathAtAnyStepOfAChunk) {
#ifndef SHMKIT_FAULT_POINTS
  GTEST_SKIP() << "built without fault points";
#endif
  TestArray x(name("x"), shmkit::Kind::int64, 1000);
  struct Case {
    queue::FaultPoint point;
    std::ptrdiff_t deaths, retries;
  };
  for (const auto [point, deaths, retries] : {Case{queue::FaultPoint::leased, 0, 1},
                                              {queue::FaultPoint::traced_begin, 1, 1},
                                              {queue::FaultPoint::executed, 1, 1},
                                              {queue::FaultPoint::committed, 0, 0}}) {
    SCOPED_TRACE(queue::kFaultPointNames[static_cast<std::size_t>(point)]);
    kill_once_in({5}, point);
    WorkerPool pool = WorkerPool::start(3);
    const RunReport report = pool.run("sum", x.array, options(Via::process, 10));
    check_complete(report, 10);
    EXPECT_EQ(std::ssize(of(report, Kind::death)), deaths);
    EXPECT_EQ(std::ssize(of(report, Kind::retry)), retries);
    const auto runs = of(report, Kind::run);
    EXPECT_EQ(std::ranges::count(runs, Outcome::died, &TimelineEvent::outcome), deaths);
  }
}

TEST_F(Traced, ManyDeathsAreAllShown) {
  TestArray x(name("x"), shmkit::Kind::int64, 1000);
  const std::set<std::uint64_t> doomed{0, 1, 7, 8, 9, 100, 333, 334, 500, 998, 999};
  kill_once_in({0, 1, 7, 8, 9, 100, 333, 334, 500, 998, 999});
  WorkerPool pool = WorkerPool::start(3);
  const RunReport report = pool.run("sum", x.array, options(Via::process, 1000));
  check_complete(report, 1000);
  for (const Kind kind : {Kind::death, Kind::retry}) {
    std::set<std::uint64_t> chunks;
    for (const TimelineEvent& event : of(report, kind)) chunks.insert(event.chunk);
    EXPECT_EQ(chunks, doomed);
    EXPECT_EQ(of(report, kind).size(), doomed.size());
  }
}

TEST_F(Traced, OneJobLeavesNothingInTheNextOnesTrace) {
  TestArray x(name("x"), shmkit::Kind::int64, 1000);
  WorkerPool pool = WorkerPool::start(2);
  // Larger and smaller ones, in the same memory, with and without a trace.
  for (const std::uint64_t chunks : {1000U, 3U, 500U, 1U, 999U}) {
    RunOptions plain = in_chunks(1000 - chunks + 1);
    EXPECT_TRUE(pool.run("mean", x.array, plain).timeline.empty());
    check_complete(pool.run("sum", x.array, options(Via::process, chunks)), chunks);
  }
}

// Whatever the notes say, what they cost is in proportion to them.
TEST_F(Traced, AsManyWorkersInOnePlaceAsThereAreNotes) {
  constexpr std::uint64_t kChunks = pool::JobTrace::kNotes;
  std::vector<std::uint64_t> pool_words(pool::PoolMemory::bytes(1, 1) / 8 + 8);
  std::vector<std::uint64_t> trace_words(pool::JobTrace::bytes(kChunks) / 8 + 8);
  const pool::PoolMemory pool(aligned(pool_words), 1, 1);
  const pool::JobTrace trace(aligned(trace_words), kChunks);
  trace.forget();
  queue::Hints hints{};
  std::vector<queue::Word> words(kChunks);
  queue::ChunkQueue queue(hints, words);
  queue.fill(1);
  queue::Cursor cursor;
  for (std::uint32_t i = 0; i < kChunks; ++i) {
    trace.arrive({0, 1, 5000 - i}, i, {});
    trace.begin(i, {0, 1, 5000 - i}, 1);
    queue.commit(*queue.try_claim({0, 0}, 1, cursor), {0, 0}, 1);
  }
  const auto tracks = pool::collect_tracks(pool, trace, queue);
  ASSERT_EQ(tracks.size(), kChunks);
  for (std::uint32_t i = 0; i < kChunks; ++i) {
    EXPECT_EQ(tracks[i].pid, static_cast<int>(5000 - i));
    ASSERT_EQ(tracks[i].attempts.size(), 1U);
    EXPECT_EQ(tracks[i].attempts[0].chunk, i);
  }
}

TEST_F(Traced, RecordsOfNobodyAndOfChunksThatWereNotExecutedAreNotShown) {
  constexpr std::uint64_t kChunks = 4;
  std::vector<std::uint64_t> pool_words(pool::PoolMemory::bytes(2, 1) / 8 + 8);
  std::vector<std::uint64_t> trace_words(pool::JobTrace::bytes(kChunks) / 8 + 8);
  const pool::PoolMemory pool(aligned(pool_words), 2, 1);
  pool.worker(0).state = pool::WorkerState::idle;
  pool.worker(0).pid = 100;
  const pool::JobTrace trace(aligned(trace_words), kChunks);
  trace.forget();
  queue::Hints hints{};
  std::array<queue::Word, kChunks> words{};
  queue::ChunkQueue queue(hints, words);
  queue.fill(1);
  queue::Cursor cursor;
  for (int i = 0; i < 3; ++i) queue.commit(*queue.try_claim({0, 0}, 1, cursor), {0, 0}, 1);
  trace.begin(0, {0, 1, 100}, 1);     // A worker that there is.
  trace.begin(1, {0, 1, 101}, 1);     // Nobody.
  trace.begin(2, {1000, 1, 100}, 1);  // No place of this pool.
  trace.begin(3, {0, 1, 100}, 1);     // Not executed.
  trace.bury({0, 1, 100}, 3, {queue::Ending::signal, 9});
  trace.bury({0, 1, 100}, 3, {queue::Ending::signal, 9});  // Recovered twice.
  trace.header().taken = ~std::uint64_t{0};
  trace.header().notes[2].kind = 77;
  const auto tracks = pool::collect_tracks(pool, trace, queue);
  ASSERT_EQ(tracks.size(), 1);
  EXPECT_EQ(tracks[0].pid, 100);
  ASSERT_EQ(tracks[0].attempts.size(), 2);
  EXPECT_EQ(tracks[0].attempts[0].outcome, Outcome::died);
  EXPECT_EQ(tracks[0].attempts[1].chunk, 0);
}

}  // namespace
}  // namespace shmkit::test
