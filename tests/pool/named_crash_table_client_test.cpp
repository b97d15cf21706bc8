#include "pool/named_crash_table.hpp"

// Rows C: a client dies. The supervisor is stopped meanwhile, so that what is left can be looked at.
namespace shmkit {
namespace {

using pool::SlotState;
using queue::FaultPoint;
using test::in_chunks;

struct NamedCrashTableClient : test::NamedCrashTable {
  struct Left {
    SlotState slot;
    std::size_t segments;
  };

  void expect_left(FaultPoint point, Left left, const std::function<void()>& body) {
    plot->kill_at(point);
    ASSERT_TRUE(test::stop(pool->supervisor()));
    EXPECT_EQ(test::program(body).signal, SIGKILL);
    EXPECT_EQ(slot(0).state, left.slot);
    EXPECT_EQ(job_segments().size(), left.segments);
    ::kill(pool->supervisor(), SIGCONT);
    EXPECT_TRUE(all_clients_gone());
    EXPECT_EQ(plot->killed(point), 1);
    expect_right_job();
    EXPECT_EQ(pool_status(pool_name()).deaths, 0U);
  }

  void expect_left(FaultPoint point, Left left) {
    start();
    expect_left(point, left, [&] { run_job(); });
  }
};

TEST_F(NamedCrashTableClient, C1DiesWithTheLockOfASlot) {
  expect_left(FaultPoint::slot_locked, {SlotState::vacant, 0});
}
TEST_F(NamedCrashTableClient, C2DiesInAnIdleSlot) {
  expect_left(FaultPoint::connected, {SlotState::idle, 0});
}
TEST_F(NamedCrashTableClient, C3DiesWithASerialAndNoSegment) {
  expect_left(FaultPoint::segment_intended, {SlotState::idle, 0});
}
TEST_F(NamedCrashTableClient, C4DiesWithASegment) {
  expect_left(FaultPoint::segment_made, {SlotState::idle, 1});
}
TEST_F(NamedCrashTableClient, C5DiesWhileItFills) {
  expect_left(FaultPoint::word_filled, {SlotState::idle, 1});
  EXPECT_EQ(plot->reached(FaultPoint::leased), kChunks) << "somebody has seen the dead client's job";
}
TEST_F(NamedCrashTableClient, C5DiesWithADescription) {
  expect_left(FaultPoint::described, {SlotState::idle, 1});
  EXPECT_EQ(plot->reached(FaultPoint::leased), kChunks) << "somebody has seen the dead client's job";
}
TEST_F(NamedCrashTableClient, C6DiesWhenTheJobIsKnown) {
  expect_left(FaultPoint::published, {SlotState::running, 1});
}
TEST_F(NamedCrashTableClient, C6DiesWhenTheBellHasRung) {
  expect_left(FaultPoint::rung, {SlotState::running, 1});
}
TEST_F(NamedCrashTableClient, C7DiesBeforeItReadsTheResult) {
  expect_left(FaultPoint::all_terminal, {SlotState::running, 1});
}
TEST_F(NamedCrashTableClient, C8DiesAfterItsJob) {
  expect_left(FaultPoint::job_finished, {SlotState::idle, 1});
}
TEST_F(NamedCrashTableClient, C10DiesWhenItLeaves) {
  expect_left(FaultPoint::segment_dropped, {SlotState::idle, 0});
}

TEST_F(NamedCrashTableClient, C9DiesWhenItHasGivenUp) {
  start();
  expect_left(FaultPoint::gave_up, {SlotState::draining, 1}, [&] {
    test::TestArray gone(name("gone"), Kind::float64, 1000);
    remove(gone.array.info().name);
    PoolClient::connect(pool_name()).run("sum", gone.array, in_chunks(kChunks));
  });
}

TEST_F(NamedCrashTableClient, C9DiesAfterATimeOutWhileAWorkerHoldsALease) {
  plot->at(FaultPoint::leased).signal = SIGSTOP;
  plot->kill_at(FaultPoint::leased);
  plot->kill_at(FaultPoint::gave_up);
  start();
  EXPECT_EQ(test::program([&] {
              RunOptions options = in_chunks(kChunks);
              options.timeout = std::chrono::milliseconds(20);
              PoolClient::connect(pool_name()).run("sum", x->array, options);
            }).signal,
            SIGKILL);
  // The stopped worker may write, so the slot stays; after a second it is killed.
  EXPECT_EQ(slot(0).state, SlotState::draining);
  EXPECT_TRUE(all_clients_gone());
  EXPECT_EQ(pool_status(pool_name()).deaths, 1U);
  expect_right_job();
}

// The slot and its lock are taken again, and the dead client's epoch is not used again.
TEST_F(NamedCrashTableClient, C6NextClientInTheSlotHasAnotherEpoch) {
  start();
  for (std::uint32_t epoch = 1; epoch <= 20; ++epoch) {
    plot->kill_at(FaultPoint::rung);
    EXPECT_EQ(test::program([&] { run_job(); }).signal, SIGKILL);
    EXPECT_TRUE(all_clients_gone());
    EXPECT_EQ(slot(0), (pool::SlotWord{epoch, SlotState::vacant}));
  }
  expect_right_job();
}

}  // namespace
}  // namespace shmkit
