#include "queue/plot.hpp"

namespace shmkit {
namespace {

using namespace std::chrono_literals;
using queue::FaultPoint;
using test::in_chunks;
using test::TestArray;

// Rule 4 of docs/chunk_queue.md: only a proven death takes a lease away.
struct StoppedWorker : test::ProcessTest {
  void SetUp() override {
#ifndef SHMKIT_FAULT_POINTS
    GTEST_SKIP() << "built without fault points";
#endif
    test::ProcessTest::SetUp();
  }
};

TEST_F(StoppedWorker, KeepsItsLease) {
  TestArray x(name("x"), Kind::int64, 1000);
  test::Plot plot;
  plot.at(FaultPoint::leased).signal = SIGSTOP;
  plot.kill_at(FaultPoint::leased, 1, 3);
  WorkerPool pool = WorkerPool::start(3);
  const auto start = std::chrono::steady_clock::now();
  const int helper = ::fork();
  if (helper == 0) {  // Continues it later.
    test::wait_until([&] { return plot.killed(FaultPoint::leased) == 1; });
    ::usleep(300'000);
    for (int i = 0; i < plot.started(); ++i) ::kill(plot.pid(i), SIGCONT);
    ::_exit(0);
  }
  const RunReport report = pool.run("sum", x.array, in_chunks(20));
  EXPECT_GE(std::chrono::steady_clock::now() - start, 300ms);
  EXPECT_EQ(report.deaths, 0U);
  EXPECT_EQ(report.retries, 0U);
  EXPECT_EQ(plot.reached(FaultPoint::leased), 20U) << "no chunk was given to anybody else";
  EXPECT_EQ(::waitpid(helper, nullptr, 0), helper);
}

TEST_F(StoppedWorker, DoesNotHoldUpAJobThatItHasNoPartIn) {
  TestArray x(name("x"), Kind::int64, 1000);
  WorkerPool pool = WorkerPool::start(3);
  ASSERT_TRUE(test::stop(pool.worker_pids()[0]));
  ASSERT_TRUE(test::stop(pool.worker_pids()[2]));
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(pool.run("sum", x.array, in_chunks(20)).deaths, 0U);
  EXPECT_LT(std::chrono::steady_clock::now() - start, 8s);
}

TEST_F(StoppedWorker, EndsWithItsPool) {
  WorkerPool pool = WorkerPool::start(2);
  ASSERT_TRUE(test::stop(pool.worker_pids()[1]));
}

}  // namespace
}  // namespace shmkit
