#include "run/copy.hpp"

#include <gtest/gtest.h>

#include "helpers/plan_over.hpp"
#include "pool/killer.hpp"

namespace shmkit {
namespace {

using test::in_chunks;
using test::TestArray;

// Copying workers that die. The oracle is the serial run.
struct CopyTest : test::ProcessTest {
  static RunOptions copying(std::uint64_t chunks, unsigned retries, unsigned repeat) {
    RunOptions options = in_chunks(chunks, retries);
    options.via = Via::copy;
    options.workers = 3;
    options.repeat = repeat;
    return options;
  }
};

// Chunks of 400 kB, and an eighth of that: more and less than a pipe holds.
TEST_F(CopyTest, RunsAChunkAgainWhoseWorkerWasKilled) {
  TestArray x(name("x"), Kind::float64, 1'000'000);
  test::serially("random", x.array);
  for (const std::uint64_t chunks : {3U, 20U, 160U}) {
    const std::string expected = test::bits(test::serially("sum", x.array, in_chunks(chunks)));
    test::Killer killer(test::kill_one_after_another(10'000));
    std::uint64_t deaths = 0;
    while (deaths < static_cast<std::uint64_t>(test::rounds(100)) && !HasFailure()) {
      const RunReport report = run("sum", x.array, copying(chunks, 30, 20));
      EXPECT_EQ(test::bits(report.result), expected);
      EXPECT_TRUE(report.failures.empty());
      EXPECT_EQ(report.deaths, report.retries);
      deaths += report.deaths;
    }
  }
}

TEST_F(CopyTest, GivesAChunkUpAfterItsRetries) {
  TestArray x(name("x"), Kind::float64, 1'000'000);
  test::Killer killer([](test::Killer& me) {
    for (const int pid : me.workers()) me.send(pid, SIGKILL);
  });
  for (const unsigned retries : {0U, 2U}) {
    RunReport report;
    for (int i = 0; i < 1000 && report.failures.empty(); ++i)
      report = run("sum", x.array, copying(4, retries, 1));
    ASSERT_FALSE(report.failures.empty());
    EXPECT_FALSE(report.result.has_value());
    for (const ChunkFailure& failure : report.failures) {
      EXPECT_EQ(failure.attempts, retries + 1);
      EXPECT_EQ(failure.begin, failure.index * 250'000);
      EXPECT_EQ(failure.end, failure.begin + 250'000);
      EXPECT_EQ(failure.reason, "killed by signal 9 (Killed)");
    }
  }
}

// Workers that are gone before they took anything, all of them: nobody is left who could wake the client.
TEST_F(CopyTest, EndsWhenAllWorkersAreGoneAtOnce) {
  TestArray x(name("x"), Kind::int64, 10);
  test::Killer killer([](test::Killer& me) {
    for (const int pid : me.workers()) me.send(pid, SIGKILL);
  });
  int given_up = 0;
  for (int i = 0; i < test::rounds(2000); ++i) {
    RunOptions options = copying(1, static_cast<unsigned>(i % 3), 2);
    options.workers = 1;
    given_up += run("sum", x.array, options).failures.empty() ? 0 : 1;
  }
  EXPECT_GT(given_up, 0);
}

TEST_F(CopyTest, ChargesNoChunkForWorkersThatDiedIdle) {
  TestArray x(name("x"), Kind::int64, 1000);
  const job::Plan plan = test::plan_over("sum", Kind::int64, 1000, in_chunks(10, 0));
  run_ways::Copy copy(plan, 3);
  alignas(16) std::byte partials[10 * 64];
  ASSERT_LE(plan.partial_bytes(), sizeof partials);
  for (int job = 0; job < 3; ++job) {
    RunReport report;
    copy.execute(plan, {{x.array.writable_bytes().data(), nullptr}, nullptr}, partials, report);
    EXPECT_TRUE(report.failures.empty());
    EXPECT_EQ(report.deaths, 0U);
    for (const int pid : test::children_of(::getpid())) {
      ::kill(pid, SIGKILL);
      ASSERT_TRUE(test::has_ended(pid));
    }
  }
}

TEST_F(CopyTest, WaitsForAStoppedWorker) {
  TestArray x(name("x"), Kind::float64, 1'000'000);
  const std::string expected = test::bits(test::serially("sum", x.array, in_chunks(20)));
  test::Killer killer([](test::Killer& me) {
    const auto workers = me.workers();
    if (workers.empty()) return;
    const int pid = workers[me.random(workers.size())];
    me.send(pid, SIGSTOP);
    ::usleep(me.random(10'000));
    me.send(pid, SIGCONT);
    ::usleep(me.random(2'000));
  });
  while (killer.sent() < test::rounds(100)) {
    const RunReport report = run("sum", x.array, copying(20, 0, 20));
    EXPECT_EQ(test::bits(report.result), expected);
    EXPECT_EQ(report.deaths, 0U);
  }
}

}  // namespace
}  // namespace shmkit
