#include "queue/crash_table.hpp"

#include <sys/prctl.h>
#include <sys/wait.h>

#include <algorithm>
#include <limits>

// Rows W: workers die. The oracle is also what the row says about deaths and retries. With one worker the
// counts are exact: nobody else can finish the job before the death is noticed.
namespace shmkit {
namespace {

using namespace std::chrono_literals;
using queue::FaultPoint;
using test::kChunks;
using test::TestArray;

constexpr int kAlways = std::numeric_limits<int>::max();

struct CrashTable : test::CrashTable {
  struct Counts {
    std::uint64_t deaths;
    std::uint64_t retries;
  };

  // The same plot with one worker, where the counts are exact, and with several, where the job may end first.
  void expect(Counts counts, const std::function<void()>& arm, const std::vector<FaultPoint>& points) {
    for (const unsigned workers : {1U, 3U}) {
      SCOPED_TRACE(std::to_string(workers) + " workers");
      WorkerPool pool = WorkerPool::start(workers);
      std::vector<int> before;
      for (const FaultPoint point : points) before.push_back(plot->killed(point));
      arm();
      const RunReport report = survive(pool);
      for (std::size_t i = 0; i < points.size(); ++i) EXPECT_EQ(plot->killed(points[i]), before[i] + 1);
      EXPECT_LE(report.deaths, counts.deaths);
      EXPECT_GE(report.deaths, workers == 1 ? counts.deaths : 0);
      EXPECT_EQ(report.retries, counts.retries);
    }
  }

  // The client may see the last commit before it sees the death: counts are bounds.
  void expect_one_at_the_end(FaultPoint point) {
    for (const unsigned workers : {1U, 3U}) {
      WorkerPool pool = WorkerPool::start(workers);
      const int before = plot->killed(point);
      plot->kill_at(point);
      const RunReport report = survive(pool);
      EXPECT_LE(report.deaths, 1U);
      EXPECT_EQ(report.retries, 0U);
      // The job may be over before its worker is.
      EXPECT_TRUE(test::wait_until([&] { return plot->killed(point) == before + 1; }));
    }
  }
};

TEST_F(CrashTable, W1WorkerDiesBeforeItIsReady) {
  plot->kill_at(FaultPoint::worker_started, 2);
  WorkerPool pool = WorkerPool::start(3);
  EXPECT_EQ(plot->killed(FaultPoint::worker_started), 2);
  EXPECT_EQ(plot->started(), 5);
  EXPECT_EQ(pool.worker_pids().size(), 3U);
  EXPECT_EQ(survive(pool).deaths, 0U);
}

TEST_F(CrashTable, W1WorkersThatAllDieBeforeTheyAreReadyAreAnError) {
  plot->kill_at(FaultPoint::worker_started, kAlways);
  EXPECT_EQ(test::errc_of([] { WorkerPool::start(3); }), Errc::pool_lost);
}

TEST_F(CrashTable, W2WorkerDiesWithATicket) {
  expect({1, 0}, [&] { plot->kill_at(FaultPoint::ticket_taken, 1, 2); }, {FaultPoint::ticket_taken});
}

TEST_F(CrashTable, W3WorkerDiesWithTheFreedHint) {
  expect({2, 1},
         [&] {
           plot->kill_at(FaultPoint::leased, 1, 10);
           plot->kill_at(FaultPoint::hint_taken);
         },
         {FaultPoint::leased, FaultPoint::hint_taken});
}

TEST_F(CrashTable, W4WorkerDiesWithALease) {
  expect({1, 1}, [&] { plot->kill_at(FaultPoint::leased, 1, 10); }, {FaultPoint::leased});
}

TEST_F(CrashTable, W6WorkerDiesBeforeItsCommit) {
  expect({1, 1}, [&] { plot->kill_at(FaultPoint::executed, 1, 10); }, {FaultPoint::executed});
}

TEST_F(CrashTable, W7WorkerDiesAfterItsCommit) {
  expect({1, 0}, [&] { plot->kill_at(FaultPoint::committed, 1, 10); }, {FaultPoint::committed});
  // Two pools, two jobs each: no chunk ran twice.
  EXPECT_EQ(plot->reached(FaultPoint::leased), 4 * kChunks);
}

TEST_F(CrashTable, W8WorkerDiesBeforeItSignals) { expect_one_at_the_end(FaultPoint::before_signal); }

TEST_F(CrashTable, W9WorkerDiesAfterItsSignal) { expect_one_at_the_end(FaultPoint::signalled); }

TEST_F(CrashTable, W9WorkerDiesAtTheDoorbell) {
  WorkerPool pool = WorkerPool::start(3);
  survive(pool);
  const std::vector<int> before = pool.worker_pids();
  for (const int pid : before) {
    ASSERT_EQ(::kill(pid, SIGKILL), 0);
    ASSERT_TRUE(test::has_ended(pid));
  }
  EXPECT_EQ(survive(pool).retries, 0U) << "they held nothing";
  for (const int pid : pool.worker_pids()) EXPECT_EQ(std::ranges::count(before, pid), 0);
}

// fill: the elements show what was executed.
TEST_F(CrashTable, W10ChunkThatKillsItsWorkersIsGivenUpAndTheOthersComplete) {
  for (const unsigned retries : {0U, 2U, 30U}) {
    SCOPED_TRACE(retries);
    TestArray y(name("y"), Kind::int64, 1000);
    WorkerPool pool = WorkerPool::start(3);
    plot->at(FaultPoint::leased).only = 5;
    plot->kill_at(FaultPoint::leased, kAlways);
    RunOptions options = test::in_chunks(10, retries);
    options.arguments = {{"value", "7"}};
    const RunReport report = pool.run("fill", y.array, options);
    plot->kill_at(FaultPoint::leased, 0);

    ASSERT_EQ(report.failures.size(), 1U);
    const ChunkFailure& failure = report.failures.front();
    EXPECT_EQ(failure.index, 5U);
    EXPECT_EQ(failure.begin, 500U);
    EXPECT_EQ(failure.end, 600U);
    EXPECT_EQ(failure.attempts, retries + 1);
    EXPECT_EQ(failure.reason, "killed by signal 9 (Killed)");
    EXPECT_EQ(report.deaths, retries + 1);
    EXPECT_EQ(report.retries, retries);
    EXPECT_FALSE(report.result.has_value());
    const auto elements = y.array.elements<std::int64_t>();
    for (std::size_t i = 0; i < elements.size(); ++i) EXPECT_EQ(elements[i], i / 100 == 5 ? 0 : 7) << i;
    survive(pool);
  }
}

TEST_F(CrashTable, W11WorkersThatDieOutsideOfChunksLoseThePool) {
  for (const unsigned workers : {1U, 3U}) {
    WorkerPool pool = WorkerPool::start(workers);
    plot->kill_at(FaultPoint::ticket_taken, kAlways);
    plot->kill_at(FaultPoint::worker_started, kAlways);
    EXPECT_EQ(test::errc_of([&] { pool.run("sum", x->array, test::in_chunks(kChunks)); }), Errc::pool_lost);
    plot->kill_at(FaultPoint::ticket_taken, 0);
    plot->kill_at(FaultPoint::worker_started, 0);
    EXPECT_EQ(survive(pool).deaths, 0U) << "the pool starts afresh";
  }
}

// W5. A worker is stopped while it fills an array, seen to have written a part of its chunk, and killed.
struct HalfWritten : CrashTable {
  // Runs in a process of its own, which sees the array grow. Exits with 0 if the chunk was half written.
  [[noreturn]] void stop_and_kill(const TestArray& y) {
    const auto elements = y.array.elements<std::int64_t>();
    while (std::atomic_ref(const_cast<std::int64_t&>(elements.front())).load() == 0) ::usleep(10);
    const int worker = plot->pid(plot->started() - 1);
    const bool half = test::stop(worker) && elements.back() == 0;
    ::kill(worker, SIGKILL);
    ::_exit(half ? 0 : 1);
  }

  bool was_half_written() {
    TestArray y(name("y"), Kind::int64, 4'000'000);
    const int client = ::getpid();
    WorkerPool pool = WorkerPool::start(1);
    const int killer = ::fork();
    if (killer == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      if (::getppid() == client) stop_and_kill(y);
    }
    RunOptions options = test::in_chunks(1);
    options.arguments = {{"value", "7"}};
    const RunReport report = pool.run("fill", y.array, options);
    const auto elements = y.array.elements<std::int64_t>();
    EXPECT_TRUE(std::ranges::all_of(elements, [](std::int64_t element) { return element == 7; }));
    int status = 0;
    EXPECT_EQ(::waitpid(killer, &status, 0), killer);
    const bool half = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (!half) return false;
    EXPECT_EQ(report.deaths, 1U);
    EXPECT_EQ(report.retries, 1U);
    return true;
  }
};

TEST_F(HalfWritten, W5ChunkIsWrittenAgainAsAWhole) {
  int half = 0;
  for (int i = 0; i < 50 && half < 3; ++i) half += was_half_written() ? 1 : 0;
  EXPECT_EQ(half, 3) << "the worker was never caught in the middle";
}

// Rule 9. The oracle: NumPy's x *= 2, once, wherever no worker died; the chunk of the dead is named, not
// repaired.
TEST_F(CrashTable, W4ChunkOfAKernelThatIsNotRepeatableIsNotTriedAgain) {
  TestArray y(name("y"), Kind::int64, kChunks * 10);
  RunOptions ones = test::in_chunks(kChunks);
  ones.arguments = {{"value", "1"}};
  test::serially("fill", y.array, ones);
  WorkerPool pool = WorkerPool::start(3);
  plot->at(FaultPoint::executed).only = 5;
  plot->kill_at(FaultPoint::executed);
  RunOptions twice = test::in_chunks(kChunks, 10);
  twice.arguments = {{"factor", "2"}};
  const RunReport report = pool.run("scale", y.array, twice);
  ASSERT_EQ(report.failures.size(), 1U);
  EXPECT_EQ(report.failures[0].index, 5U);
  EXPECT_EQ(report.failures[0].attempts, 1U);
  EXPECT_EQ(report.failures[0].reason, "killed by signal 9 (Killed)");
  EXPECT_EQ(report.retries, 0U);
  for (const std::int64_t element : y.array.elements<std::int64_t>()) EXPECT_EQ(element, 2);
}

// A fault point that no test can reach protects nothing. (Those of named pools: tests/pool/named_*_test.cpp.)
TEST_F(CrashTable, ReachesEveryFaultPointOfAPrivatePool) {
  WorkerPool pool = WorkerPool::start(2);
  plot->kill_at(FaultPoint::leased);
  survive(pool);
  // The job may be over before its worker is.
  for (const FaultPoint point :
       {FaultPoint::worker_started, FaultPoint::job_read,      FaultPoint::job_attached,
        FaultPoint::ticket_taken,   FaultPoint::hint_taken,    FaultPoint::leased,
        FaultPoint::executed,       FaultPoint::committed,     FaultPoint::before_signal,
        FaultPoint::signalled,      FaultPoint::asleep,        FaultPoint::word_filled,
        FaultPoint::described,      FaultPoint::published,     FaultPoint::rung,
        FaultPoint::all_terminal,   FaultPoint::job_finished,  FaultPoint::word_freed,
        FaultPoint::hint_set,       FaultPoint::worker_forked, FaultPoint::worker_reaped,
        FaultPoint::recovered})
    EXPECT_TRUE(test::wait_until([&] { return plot->reached(point) > 0; }))
        << queue::kFaultPointNames[static_cast<std::size_t>(point)];
}

}  // namespace
}  // namespace shmkit
