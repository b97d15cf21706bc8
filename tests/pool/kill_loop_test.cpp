#include <algorithm>
#include <iostream>

#include "pool/killer.hpp"

namespace shmkit {
namespace {

using test::in_chunks;
using test::TestArray;

// SIGKILL at any instruction, not only at fault points. The oracle is the serial run; the fixture looks for
// leftovers and ends a run that hangs.
struct KillLoop : test::ProcessTest {
  static void expect_survived(const char* what, int jobs, int kills, const RunReport& sum) {
    std::cout << what << ": " << kills << " kills in " << jobs << " jobs, " << sum.deaths
              << " of them noticed in a job, " << sum.retries << " chunks ran again\n";
  }
};

TEST_F(KillLoop, NeverChangesAResultOfAPool) {
  TestArray x(name("x"), Kind::float64, 1'000'000);
  test::serially("random", x.array);
  const std::string expected = test::bits(test::serially("sum", x.array, in_chunks(40)));
  WorkerPool pool = WorkerPool::start(4);
  test::Killer killer(test::kill_one_after_another(3000));
  RunReport sum;
  int jobs = 0;
  for (; killer.sent() < test::rounds(3000) && !HasFailure(); ++jobs) {
    const RunReport report = pool.run("sum", x.array, in_chunks(40, 30));
    EXPECT_EQ(test::bits(report.result), expected);
    EXPECT_TRUE(report.failures.empty());
    EXPECT_LE(report.retries, report.deaths);
    sum.deaths += report.deaths;
    sum.retries += report.retries;
  }
  expect_survived("random kills", jobs, killer.sent(), sum);
  EXPECT_GT(sum.retries, 0U) << "no kill has hit a chunk";
}

TEST_F(KillLoop, NeverLosesAnElementOfAGenerator) {
  TestArray x(name("x"), Kind::int64, 400'000);
  WorkerPool pool = WorkerPool::start(3);
  test::Killer killer(test::kill_one_after_another(3000));
  RunReport sum;
  int jobs = 0;
  for (; killer.sent() < test::rounds(500) && !HasFailure(); ++jobs) {
    RunOptions options = in_chunks(30, 30);
    options.arguments = {{"value", std::to_string(jobs)}};
    const RunReport report = pool.run("fill", x.array, options);
    const auto elements = x.array.elements<std::int64_t>();
    EXPECT_TRUE(std::ranges::all_of(elements, [&](std::int64_t element) { return element == jobs; }));
    sum.deaths += report.deaths;
    sum.retries += report.retries;
  }
  expect_survived("random kills of a generator", jobs, killer.sent(), sum);
}

TEST_F(KillLoop, SurvivesTheDeathOfAllWorkersAtOnce) {
  TestArray x(name("x"), Kind::float64, 200'000);
  test::serially("random", x.array);
  const std::string expected = test::bits(test::serially("sum", x.array, in_chunks(40)));
  WorkerPool pool = WorkerPool::start(4);
  test::Killer killer([](test::Killer& me) {
    ::usleep(me.random(10'000));
    for (const int pid : me.workers()) me.send(pid, SIGKILL);
  });
  RunReport sum;
  int jobs = 0;
  for (; killer.sent() < test::rounds(1000) && !HasFailure(); ++jobs) {
    const RunReport report = pool.run("sum", x.array, in_chunks(40, 30));
    EXPECT_EQ(test::bits(report.result), expected);
    sum.deaths += report.deaths;
    sum.retries += report.retries;
  }
  expect_survived("all at once", jobs, killer.sent(), sum);
}

// A pool that is being started is as vulnerable as one that works.
TEST_F(KillLoop, SurvivesKillsWhileAPoolStarts) {
  TestArray x(name("x"), Kind::int64, 1000);
  test::Killer killer(test::kill_one_after_another(600));
  int pools = 0;
  int lost = 0;
  for (; killer.sent() < test::rounds(1000); ++pools) {
    try {
      WorkerPool pool = WorkerPool::start(3);
      RunOptions options = in_chunks(10, 30);
      EXPECT_EQ(std::get<std::int64_t>(pool.run("sum", x.array, options).result.scalar), 0);
    } catch (const Error& e) {
      EXPECT_EQ(e.errc(), Errc::pool_lost) << e.what();  // All that it is allowed to say.
      ++lost;
    }
  }
  std::cout << "kills at the start: " << killer.sent() << " kills in " << pools << " pools, " << lost
            << " given up\n";
}

// A stopped worker is alive and keeps its lease; time-outs prove nothing.
TEST_F(KillLoop, WaitsForWorkersThatAreStoppedAndContinued) {
  TestArray x(name("x"), Kind::float64, 200'000);
  test::serially("random", x.array);
  const std::string expected = test::bits(test::serially("sum", x.array, in_chunks(40)));
  WorkerPool pool = WorkerPool::start(3);
  test::Killer killer([](test::Killer& me) {
    ::usleep(me.random(2'000));
    const auto workers = me.workers();
    if (workers.empty()) return;
    const int pid = workers[me.random(workers.size())];
    me.send(pid, SIGSTOP);
    ::usleep(me.random(20'000));
    me.send(pid, SIGCONT);
  });
  const auto pids = pool.worker_pids();
  int jobs = 0;
  for (; killer.sent() < test::rounds(200) && !HasFailure(); ++jobs) {
    const RunReport report = pool.run("sum", x.array, in_chunks(40));
    EXPECT_EQ(test::bits(report.result), expected);
    EXPECT_EQ(report.deaths, 0U);
  }
  EXPECT_EQ(pool.worker_pids(), pids);
}

// Whoever stops and kills gets through too: the lease of the stopped is freed by its death, not before.
TEST_F(KillLoop, SurvivesKillsOfStoppedWorkers) {
  TestArray x(name("x"), Kind::float64, 200'000);
  test::serially("random", x.array);
  const std::string expected = test::bits(test::serially("sum", x.array, in_chunks(40)));
  WorkerPool pool = WorkerPool::start(3);
  test::Killer killer([](test::Killer& me) {
    const auto workers = me.workers();
    if (workers.empty()) return;
    const int pid = workers[me.random(workers.size())];
    me.send(pid, SIGSTOP);
    ::usleep(me.random(20'000));
    me.send(pid, SIGKILL);
  });
  for (int jobs = 0; killer.sent() < test::rounds(200) && !HasFailure(); ++jobs)
    EXPECT_EQ(test::bits(pool.run("sum", x.array, in_chunks(40, 30)).result), expected);
}

}  // namespace
}  // namespace shmkit
