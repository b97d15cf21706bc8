#include <iostream>

#include "executor/fixture.hpp"
#include "os/fd.hpp"
#include "pool/doom.hpp"
#include "pool/kill_bounds.hpp"

namespace shmkit {
namespace {

using enum queue::FaultPoint;

constexpr std::array kWorkerPoints = {worker_started, task_taken,     task_leased, asleep,
                                      task_executed,  task_committed, task_counted};

// SIGKILL at every point of the crash table and at any instruction. The oracle: all results are right, no
// task is run less than once, and the fixture ends a run that hangs and looks for leftovers.
struct ExecutorKillLoop : test::ProcessTest {
  /// A round of single tasks, one that maps and one that reduces.
  void work(Executor& pool, int round) {
    const auto count = runs.span();
    std::ranges::fill(count, 0);
    std::vector<Future<long>> futures;
    for (int i = 0; i < static_cast<int>(count.size()); ++i) {
      futures.push_back(pool.submit(
          [count, round](int x) {
            count[static_cast<std::size_t>(x)].fetch_add(1, std::memory_order_relaxed);
            return test::kSquare(x + round);
          },
          i));
    }
    for (Future<long>& future : as_completed(futures)) {
      const auto i = static_cast<int>(&future - futures.data());
      ASSERT_EQ(future.get(), test::kSquare(i + round));
    }
    for (const auto& times : count) ASSERT_GE(times, 1);
    ASSERT_EQ(pool.map(test::kSquare, test::numbers(1000)), squares);
    ASSERT_EQ(pool.reduce(test::kSquare, test::numbers(1000), 0L, [](long a, long b) { return a + b; }),
              332'833'500);
  }

  const std::vector<long> squares = test::squares(1000);
  SharedBuffer<std::atomic<int>> runs{40};
};

TEST_F(ExecutorKillLoop, SurvivesDeathsAtEveryPointAndLeavesNoneOut) {
#ifndef SHMKIT_FAULT_POINTS
  GTEST_SKIP() << "built without fault points";
#endif
  const int most = test::kills(3500);
  test::expect_end_within(most);
  test::Doom doom(test::kill_seed());
  {
    doom.chain(kWorkerPoints, most);  // Before: who is to die first is one that starts.
    ProcessExecutor pool(3, {.retries = 30});
    for (int round = 0; doom.left() > 0 && !HasFailure(); ++round) work(pool, round);
  }
  for (const auto point : kWorkerPoints)
    EXPECT_GE(doom.killed(point), most / 20) << queue::kFaultPointNames[static_cast<std::size_t>(point)];
  test::report_kills("workers of an executor", doom.killed());
}

TEST_F(ExecutorKillLoop, SurvivesDeathsAtAnyInstruction) {
  const int most = test::kills(1500);
  test::expect_end_within(most);
  ProcessExecutor pool(3, {.retries = 30});
  // The workers are children of the supervisor: the killer asks there.
  test::SharedPage<std::atomic<int>> kills;
  test::SharedPage<std::atomic<int>> rounds;
  const int supervisor = test::supervisor_of(pool);
  const test::ChildProcess killer([&, supervisor] {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    std::minstd_rand random(test::kill_seed());
    int round = 0;
    int in_round = 0;
    while (true) {
      // Workers that die while the client is kept from posting anything die in vain: too many are an error.
      const int now = *rounds;
      if (std::exchange(round, now) != now) in_round = 0;
      if (in_round >= 20) {
        ::usleep(200);
        continue;
      }
      ::usleep(static_cast<unsigned>(random() % (test::kSanitized ? 20'000 : 2000)));
      const auto workers = test::children_of(supervisor);
      if (workers.empty()) continue;
      const int pid = workers[random() % workers.size()];
      const os::Fd fd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
      if (fd && test::parent_of(pid) == supervisor && test::process_state(pid) != 'Z' &&
          ::syscall(SYS_pidfd_send_signal, fd.get(), SIGKILL, nullptr, 0) == 0)
        ++*kills, ++in_round;
    }
    return 0;
  });
  int round = 0;
  for (; *kills < most && !HasFailure(); ++round) {
    work(pool, round);
    ++*rounds;
  }
  test::report_kills("workers of an executor, at random", *kills, std::to_string(round) + " rounds");
}

}  // namespace
}  // namespace shmkit
