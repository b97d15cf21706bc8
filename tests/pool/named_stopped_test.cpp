#include "pool/named_crash_table.hpp"

#include "pool/killer.hpp"

// SIGSTOP proves nothing (rule 4 of docs/chunk_queue.md): whoever is stopped keeps what he has.
namespace shmkit {
namespace {

using namespace std::chrono_literals;
using pool::SlotState;
using queue::FaultPoint;
using test::in_chunks;

struct NamedStopped : test::NamedCrashTable {
  void stop_a_worker_at(FaultPoint point) {
    plot->at(point).signal = SIGSTOP;
    plot->kill_at(point, 1, 3);
  }

  void continue_workers() {
    for (const int worker : test::children_of(pool->supervisor())) ::kill(worker, SIGCONT);
  }

  void dies_of_the_chunk_timeout_at(FaultPoint point) {
    start();
    stop_a_worker_at(point);
    RunOptions options = in_chunks(kChunks);
    options.chunk_timeout = 100ms;
    const auto begin = std::chrono::steady_clock::now();
    const RunReport report = PoolClient::connect(pool_name()).run("sum", x->array, options);
    EXPECT_EQ(test::bits(report.result), expected);
    EXPECT_EQ(report.retries, 1U);
    EXPECT_GE(std::chrono::steady_clock::now() - begin, 85ms);
    EXPECT_TRUE(test::wait_until([] { return pool_status(pool_name()).deaths == 1; }));
    expect_right_job();
  }

  void dies_of_a_job_that_was_given_up_at(FaultPoint point) {
    start();
    stop_a_worker_at(point);
    PoolClient client = PoolClient::connect(pool_name());
    RunOptions options = in_chunks(kChunks);
    options.timeout = 50ms;
    EXPECT_EQ(test::errc_of([&] { client.run("sum", x->array, options); }), Errc::timed_out);
    EXPECT_EQ(slot(0).state, SlotState::draining);
    EXPECT_EQ(test::bits(client.run("sum", x->array, in_chunks(kChunks)).result), expected);
    EXPECT_EQ(pool_status(pool_name()).deaths, 1U);
  }
};

TEST_F(NamedStopped, SupervisorHoldsUpNoJob) {
  start();
  PoolClient before = PoolClient::connect(pool_name());
  ASSERT_TRUE(test::stop(pool->supervisor()));
  for (int i = 0; i < 50; ++i)
    EXPECT_EQ(test::bits(before.run("sum", x->array, in_chunks(kChunks)).result), expected);
  expect_right_job();
  ::kill(pool->supervisor(), SIGCONT);
  expect_right_job();
}

// Its worker died while it was stopped: nobody takes the lease back until it goes on.
TEST_F(NamedStopped, SupervisorTakesBackLeasesWhenItGoesOn) {
  start();
  plot->kill_at(FaultPoint::leased, 1, 10);
  ASSERT_TRUE(test::stop(pool->supervisor()));
  const auto client = test::new_program([&] { expect_right_job(); });
  ASSERT_TRUE(test::wait_until([&] { return plot->killed(FaultPoint::leased) == 1; }));
  std::this_thread::sleep_for(100ms);
  EXPECT_EQ(slot(0).state, SlotState::running);
  EXPECT_EQ(plot->reached(FaultPoint::word_freed), 0U);
  ::kill(pool->supervisor(), SIGCONT);
  EXPECT_EQ(client->wait().exit_code, 0);
}

TEST_F(NamedStopped, ClientKeepsItsSlot) {
  start();
  test::SharedPage<std::atomic<bool>> connected;
  const auto client = test::new_program([&] {
    PoolClient me = PoolClient::connect(pool_name());
    for (;; *connected = true) {
      if (test::bits(me.run("sum", x->array, in_chunks(kChunks)).result) != expected) ::_exit(99);
    }
  });
  ASSERT_TRUE(test::wait_until([&] { return connected->load(); }));
  ASSERT_TRUE(test::stop(client->pid()));
  const auto seen = slot(0);
  for (int i = 0; i < 50; ++i) expect_right_job();
  std::this_thread::sleep_for(200ms);
  EXPECT_EQ(slot(0), seen);
  EXPECT_EQ(job_segments().size(), 1U);
  client->send(SIGCONT);
  EXPECT_TRUE(test::wait_until([&] { return slot(0).epoch > seen.epoch + 10; }));
  client->send(SIGSTOP);
  client->send(SIGKILL);  // Whoever is stopped dies too.
  client->wait();
  EXPECT_TRUE(all_clients_gone());
}

TEST_F(NamedStopped, WorkerKeepsItsLease) {
  start();
  stop_a_worker_at(FaultPoint::leased);
  const auto client = test::new_program([&] {
    const RunReport report = run_job();
    if (test::bits(report.result) != expected || report.retries != 0) ::_exit(99);
  });
  ASSERT_TRUE(test::wait_until([&] { return plot->killed(FaultPoint::leased) == 1; }));
  std::this_thread::sleep_for(300ms);
  EXPECT_EQ(slot(0).state, SlotState::running);
  continue_workers();
  EXPECT_EQ(client->wait().exit_code, 0);
  EXPECT_EQ(plot->reached(FaultPoint::leased), kChunks) << "a chunk was given to somebody else";
  EXPECT_EQ(pool_status(pool_name()).deaths, 0U);
}

TEST_F(NamedStopped, WorkersThatHaveNoLeaseHoldUpNobody) {
  start(3);
  const auto workers = test::children_of(pool->supervisor());
  ASSERT_TRUE(test::stop(workers[0]));
  ASSERT_TRUE(test::stop(workers[2]));
  for (int i = 0; i < 20; ++i) expect_right_job();
  continue_workers();
  for (int i = 0; i < 20; ++i) expect_right_job();
  EXPECT_EQ(pool_status(pool_name()).deaths, 0U);
}

// At `leased` the lease is in the word and nowhere else yet.
TEST_F(NamedStopped, WorkerDiesOfTheChunkTimeoutAfterItsClaim) {
  dies_of_the_chunk_timeout_at(FaultPoint::leased);
}
TEST_F(NamedStopped, WorkerDiesOfTheChunkTimeoutBeforeItsCommit) {
  dies_of_the_chunk_timeout_at(FaultPoint::executed);
}
TEST_F(NamedStopped, WorkerOfAJobThatWasGivenUpDiesAfterItsClaim) {
  dies_of_a_job_that_was_given_up_at(FaultPoint::leased);
}
TEST_F(NamedStopped, WorkerOfAJobThatWasGivenUpDiesBeforeItsCommit) {
  dies_of_a_job_that_was_given_up_at(FaultPoint::executed);
}

TEST_F(NamedStopped, PoolStopsThough) {
  start(3);
  ASSERT_TRUE(test::stop(test::children_of(pool->supervisor())[1]));
  stop_pool(pool_name());
  EXPECT_EQ(pool->wait().exit_code, 0);
}

}  // namespace
}  // namespace shmkit
