#include <limits>
#include <optional>

#include "executor/fixture.hpp"

// The rows of the crash table of docs/executor.md, with real processes that die by SIGKILL at the step. The
// oracle of rows about workers: all results are right, and functions have run as often as the row says.
namespace shmkit {
namespace {

using namespace std::chrono_literals;
using enum queue::FaultPoint;
using queue::FaultPoint;

constexpr int kAlways = std::numeric_limits<int>::max();
constexpr int kTasks = 40;

struct ExecutorCrashTable : test::OrphanTest {
  void SetUp() override {
#ifndef SHMKIT_FAULT_POINTS
    GTEST_SKIP() << "built without fault points";
#endif
    plot.emplace();
    OrphanTest::SetUp();
  }
  void TearDown() override {
    if (!plot) return;  // Skipped.
    OrphanTest::TearDown();
    plot.reset();
  }

  /// Tasks over `pool`, each of which counts that it was run. Returns how many runs there were too many.
  int survive(ProcessExecutor& pool) {
    const auto count = runs.span();
    std::ranges::fill(count, 0);
    std::vector<Future<long>> futures;
    for (int i = 0; i < kTasks; ++i) {
      futures.push_back(pool.submit(
          [count](int x) {
            ++count[static_cast<std::size_t>(x)];
            return test::kSquare(x);
          },
          i));
    }
    for (int i = 0; i < kTasks; ++i) EXPECT_EQ(futures[static_cast<std::size_t>(i)].get(), test::kSquare(i));
    int more = 0;
    for (const int times : count) more += times - 1;
    return more;
  }

  /// The same plot with one worker and with several.
  void expect_runs_again(int more, FaultPoint point, int skip = 10) {
    for (const unsigned workers : {1U, 3U}) {
      SCOPED_TRACE(std::to_string(workers) + " workers");
      ProcessExecutor pool(workers);
      const int before = plot->killed(point);
      plot->kill_at(point, 1, skip);
      EXPECT_EQ(survive(pool), more);
      EXPECT_EQ(plot->killed(point), before + 1);
      EXPECT_EQ(survive(pool), 0);
    }
  }

  /// The supervisor dies at the point: what was committed stays, the rest fails, nobody hangs.
  void expect_lost(FaultPoint point, const std::function<void(ProcessExecutor&)>& provoke) {
    ProcessExecutor pool(2);
    plot->kill_at(point);
    Future<long> early = pool.submit(test::kSquare, 3);
    EXPECT_EQ(early.get(), 9);
    provoke(pool);
    Future<int> late = pool.submit([] {
      while (true) ::usleep(1000);
      return 0;
    });
    EXPECT_EQ(test::errc_of([&] { late.get(); }), Errc::pool_lost);
    EXPECT_TRUE(late.done());
    EXPECT_EQ(plot->killed(point), 1);
    EXPECT_EQ(test::errc_of([&] { static_cast<void>(pool.submit(test::kSquare, 1)); }), Errc::pool_lost);
    EXPECT_EQ(test::errc_of([&] { pool.map(test::kSquare, test::numbers(10)); }), Errc::pool_lost);
    EXPECT_EQ(early.get(), 9);
  }

  /// The client dies at the point: so do its supervisor and its workers, which the fixture waits for.
  void expect_nobody_left(FaultPoint point) {
    const test::ChildEnd end = test::in_child([&] {
      ProcessExecutor pool(2);
      plot->kill_at(point, 1, 5);
      survive(pool);
      return 0;
    });
    EXPECT_EQ(end.signal, SIGKILL);
    EXPECT_EQ(plot->killed(point), 1);
    reap_orphans();
  }

  std::optional<test::Plot> plot;
  SharedBuffer<int> runs{kTasks};
};

TEST_F(ExecutorCrashTable, X1WorkerDiesBeforeItIsReady) {
  plot->kill_at(worker_started, 2);
  ProcessExecutor pool(3);
  EXPECT_EQ(plot->killed(worker_started), 2);
  EXPECT_EQ(plot->started(), 5);
  EXPECT_EQ(pool.worker_pids().size(), 3U);
  EXPECT_EQ(survive(pool), 0);
}

TEST_F(ExecutorCrashTable, X2WorkerDiesOnItsWayToATask) { expect_runs_again(0, task_taken); }

TEST_F(ExecutorCrashTable, X2DeathOnTheWayIsNoAttempt) {
  ProcessExecutor pool(1, {.retries = 0});
  plot->kill_at(task_taken, 3);
  EXPECT_EQ(survive(pool), 0);
}

TEST_F(ExecutorCrashTable, X3WorkerDiesWithALease) { expect_runs_again(0, task_leased); }

TEST_F(ExecutorCrashTable, X4WorkerDiesInTheMiddleOfATask) {
  SharedBuffer<long> values(1000);
  const auto out = values.span();
  ProcessExecutor pool(2);
  const auto fill = [out](bool again) {
    for (std::size_t i = 0; i < out.size(); ++i) {
      if (i == 500 && !again && out[999] == 0) ::raise(SIGKILL);
      out[i] = static_cast<long>(i) + 1;
      if (i == 499) out[999] = out[999] == 0 && !again ? 0 : 1;
    }
    return out[998];
  };
  // Dies in each of three attempts, with half of the elements written.
  EXPECT_THROW(pool.submit(fill, false).get(), WorkerDied);
  EXPECT_EQ(values[499], 500);
  EXPECT_EQ(values[500], 0);
  EXPECT_EQ(pool.submit(fill, true).get(), 999);
}

TEST_F(ExecutorCrashTable, X5WorkerDiesBeforeItsCommit) { expect_runs_again(1, task_executed); }

TEST_F(ExecutorCrashTable, X6WorkerDiesAfterItsCommit) { expect_runs_again(0, task_committed); }

TEST_F(ExecutorCrashTable, X7WorkerDiesBeforeItWakesTheClient) {
  expect_runs_again(0, task_counted);
  expect_runs_again(0, task_counted, kTasks - 1);
}

TEST_F(ExecutorCrashTable, X8WorkerDiesAtTheDoorbell) {
  ProcessExecutor pool(3);
  survive(pool);
  const std::uint64_t asleep_before = plot->reached(asleep);
  ASSERT_TRUE(
      test::wait_until([&] { return plot->reached(asleep) >= std::max<std::uint64_t>(asleep_before, 3); }));
  const auto before = pool.worker_pids();
  for (const int pid : before) ::kill(pid, SIGKILL);
  EXPECT_EQ(survive(pool), 0) << "they held nothing";
}

TEST_F(ExecutorCrashTable, X9TaskThatKillsItsWorkersIsGivenUpAndTheOthersComplete) {
  for (const unsigned retries : {0U, 2U}) {
    ProcessExecutor pool(2, {.retries = retries});
    std::vector<Future<int>> futures;
    for (int i = 0; i < kTasks; ++i) {
      futures.push_back(pool.submit(
          [](int x) {
            if (x == 17) ::raise(SIGKILL);
            return x;
          },
          i));
    }
    for (int i = 0; i < kTasks; ++i) {
      const auto& future = futures[static_cast<std::size_t>(i)];
      if (i != 17) {
        EXPECT_EQ(future.get(), i);
        continue;
      }
      try {
        future.get();
        ADD_FAILURE() << "it has a result";
      } catch (const WorkerDied& e) {
        EXPECT_EQ(e.attempts(), retries + 1);
        EXPECT_EQ(e.signal(), SIGKILL);
      }
    }
  }
}

TEST_F(ExecutorCrashTable, X10WorkersThatDieOutsideOfTasksLoseThePool) {
  plot->kill_at(worker_started, kAlways);
  EXPECT_EQ(test::errc_of([] { ProcessExecutor pool(3); }), Errc::pool_lost);
  plot->kill_at(worker_started, 0);
  ProcessExecutor pool(2);
  plot->kill_at(task_taken, kAlways);
  const Error error = test::error_of([&] { pool.submit(test::kSquare, 1).get(); });
  EXPECT_EQ(error.errc(), Errc::pool_lost);
  EXPECT_STREQ(error.what(), "workers die again and again before they do anything");
}

void kill_a_worker(ProcessExecutor& pool) { ::kill(pool.worker_pids().at(0), SIGKILL); }

TEST_F(ExecutorCrashTable, X11SupervisorDiesAfterAFork) { expect_lost(worker_forked, kill_a_worker); }

TEST_F(ExecutorCrashTable, X11SupervisorDiesWhileThePoolStarts) {
  plot->kill_at(worker_forked, 1, 1);
  EXPECT_EQ(test::errc_of([] { ProcessExecutor pool(3); }), Errc::pool_lost);
}

TEST_F(ExecutorCrashTable, X12SupervisorDiesOverADeadWorker) { expect_lost(worker_reaped, kill_a_worker); }

TEST_F(ExecutorCrashTable, X13SupervisorDiesInTheMiddleOfRecovery) {
  expect_lost(task_taken_back,
              [](ProcessExecutor& pool) { static_cast<void>(pool.submit([] { ::raise(SIGKILL); })); });
}

TEST_F(ExecutorCrashTable, X14SupervisorDiesBeforeItRings) { expect_lost(tasks_reposted, kill_a_worker); }

TEST_F(ExecutorCrashTable, X14SupervisorIsKilledAtNoPointInParticular) {
  ProcessExecutor pool(2);
  Future<int> future = pool.submit([] {
    while (true) ::usleep(1000);
    return 0;
  });
  ::kill(test::supervisor_of(pool), SIGKILL);
  std::vector<Future<int>> futures{future};
  for (Future<int>& each : as_completed(futures))
    EXPECT_EQ(test::errc_of([&] { each.get(); }), Errc::pool_lost);
}

TEST_F(ExecutorCrashTable, X15ClientDiesBeforeATaskIsFree) { expect_nobody_left(task_written); }
TEST_F(ExecutorCrashTable, X16ClientDiesBeforeItPosts) { expect_nobody_left(task_freed); }
TEST_F(ExecutorCrashTable, X17ClientDiesAfterItHasPosted) { expect_nobody_left(task_posted); }
TEST_F(ExecutorCrashTable, X17ClientDiesAfterItHasRung) { expect_nobody_left(task_rung); }

}  // namespace
}  // namespace shmkit
