#include "pool/named_crash_table.hpp"

// Rows W, where a supervisor and not the client sees them die.
namespace shmkit {
namespace {

using namespace std::chrono_literals;
using queue::FaultPoint;
using test::in_chunks;
using test::kAlways;

struct NamedCrashTableWorker : test::NamedCrashTable {
  // One job in which a worker dies, and another one.
  void expect_survived(FaultPoint point, std::uint64_t retries, int skip = 0) {
    start();
    plot->kill_at(point, 1, skip);
    const RunReport report = run_job();
    EXPECT_EQ(test::bits(report.result), expected);
    EXPECT_EQ(report.retries, retries);
    EXPECT_TRUE(test::wait_until([&] { return plot->killed(point) == 1; }));
    expect_right_job();
    EXPECT_TRUE(test::wait_until([] { return pool_status(pool_name()).deaths == 1; }));
    EXPECT_TRUE(test::wait_until([&] { return plot->started() == 3; })) << "it was not replaced";
    expect_right_job();
  }
};

TEST_F(NamedCrashTableWorker, W1DiesBeforeThePoolIsReady) {
  plot->kill_at(FaultPoint::worker_started, 2);
  start(3);
  EXPECT_EQ(plot->killed(FaultPoint::worker_started), 2);
  EXPECT_EQ(plot->started(), 5);
  expect_right_job();
}

TEST_F(NamedCrashTableWorker, W1AllDieBeforeThePoolIsReady) {
  plot->kill_at(FaultPoint::worker_started, kAlways);
  test::TestPool never(pool_name(), 2);
  EXPECT_EQ(never.ready(), Errc::pool_lost);
  EXPECT_EQ(never.wait().exit_code, static_cast<int>(Errc::pool_lost));
  EXPECT_EQ(segments(), std::vector<std::string>{});
  plot->at(FaultPoint::worker_started).kills = 0;
  start();
  expect_right_job();
}

TEST_F(NamedCrashTableWorker, W1ReplacementDiesBeforeItIsReady) {
  start();
  plot->kill_at(FaultPoint::worker_started);
  plot->kill_at(FaultPoint::leased, 1, 10);
  EXPECT_EQ(run_job().retries, 1U);
  EXPECT_TRUE(test::wait_until([] { return pool_status(pool_name()).deaths == 2; }));
  expect_right_job();
}

TEST_F(NamedCrashTableWorker, W2DiesWithATicket) { expect_survived(FaultPoint::ticket_taken, 0, 2); }
TEST_F(NamedCrashTableWorker, W4DiesWithALease) { expect_survived(FaultPoint::leased, 1, 10); }
TEST_F(NamedCrashTableWorker, W6DiesBeforeItsCommit) { expect_survived(FaultPoint::executed, 1, 10); }
TEST_F(NamedCrashTableWorker, W7DiesAfterItsCommit) { expect_survived(FaultPoint::committed, 0, 10); }
TEST_F(NamedCrashTableWorker, W8DiesBeforeItSignals) { expect_survived(FaultPoint::before_signal, 0); }
TEST_F(NamedCrashTableWorker, W9DiesAfterItsSignal) { expect_survived(FaultPoint::signalled, 0); }
TEST_F(NamedCrashTableWorker, W9DiesAsASleeper) { expect_survived(FaultPoint::asleep, 0); }
TEST_F(NamedCrashTableWorker, W12DiesWhenItHasReadAJob) { expect_survived(FaultPoint::job_read, 0); }
TEST_F(NamedCrashTableWorker, W12DiesWhenItHasAttached) { expect_survived(FaultPoint::job_attached, 0); }

TEST_F(NamedCrashTableWorker, W3DiesWithTheFreedHint) {
  start();
  plot->kill_at(FaultPoint::leased, 1, 10);
  plot->kill_at(FaultPoint::hint_taken);
  const RunReport report = run_job();
  EXPECT_EQ(test::bits(report.result), expected);
  EXPECT_EQ(report.retries, 1U);
  EXPECT_EQ(plot->killed(FaultPoint::hint_taken), 1);
  expect_right_job();
}

TEST_F(NamedCrashTableWorker, W10ChunkThatKillsIsGivenUpAlone) {
  start();
  plot->kill_at(FaultPoint::leased, 3);
  plot->at(FaultPoint::leased).only = 20;
  const RunReport report = run_job(2);
  ASSERT_EQ(report.failures.size(), 1U);
  EXPECT_EQ(report.failures[0].index, 20U);
  EXPECT_EQ(report.failures[0].attempts, 3U);
  EXPECT_EQ(report.failures[0].reason, "killed by signal 9 (Killed)");
  EXPECT_EQ(report.failures[0].begin, 20U * 16 * 1024 / kChunks);
  expect_right_job();
}

TEST_F(NamedCrashTableWorker, W12StartsAnotherOneWhileThePoolStarts) {
  plot->kill_at(FaultPoint::worker_locked, 3);
  start(3);
  EXPECT_EQ(plot->killed(FaultPoint::worker_locked), 3);
  expect_right_job();
}

// A job that runs learns of it, a job that comes later learns of it, and when the reason has gone away the
// pool is as before.
TEST_F(NamedCrashTableWorker, W11ThatDieAgainAndAgainLoseThePoolUntilTheyDoNot) {
  start();
  plot->kill_at(FaultPoint::worker_started, kAlways);
  plot->kill_at(FaultPoint::job_read, 2);
  PoolClient client = PoolClient::connect(pool_name());
  EXPECT_EQ(test::errc_of([&] { client.run("sum", x->array, in_chunks(kChunks)); }), Errc::pool_lost);
  EXPECT_EQ(pool_status(pool_name()).state, "degraded");
  EXPECT_EQ(test::errc_of([&] { run_job(); }), Errc::pool_lost);
  const auto deaths = pool_status(pool_name()).deaths;
  std::this_thread::sleep_for(1s);
  EXPECT_LT(pool_status(pool_name()).deaths, deaths + 30) << "they are started as fast as they die";
  plot->at(FaultPoint::worker_started).kills = 0;
  EXPECT_TRUE(test::wait_until([] { return pool_status(pool_name()).state == "ready"; }));
  EXPECT_EQ(test::bits(client.run("sum", x->array, in_chunks(kChunks)).result), expected);
  expect_right_job();
}

}  // namespace
}  // namespace shmkit
