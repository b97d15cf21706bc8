#include "pool/named_crash_table.hpp"

// Rows R and S: the supervisor dies. Its workers end with it, clients end with exit code 8, and what is left
// is taken by the next pool of the name.
namespace shmkit {
namespace {

using queue::FaultPoint;
using test::program;

constexpr int kLost = static_cast<int>(Errc::pool_lost);

struct NamedCrashTableSupervisor : test::NamedCrashTable {
  // Workers, clients and what is in /dev/shm after the supervisor's death.
  void expect_dead(FaultPoint point, std::size_t job_segments_left) {
    EXPECT_EQ(pool->wait().signal, SIGKILL) << "the supervisor has not died";
    EXPECT_EQ(plot->killed(point), 1);
    for (int i = 0; i < plot->started(); ++i) EXPECT_EQ(::kill(plot->pid(i), 0), -1) << "a worker lives";
    EXPECT_EQ(pool_status(pool_name()).state, "lost");
    EXPECT_EQ(test::errc_of([&] { run_job(); }), Errc::pool_lost);
    EXPECT_EQ(job_segments().size(), job_segments_left);
    start();
    EXPECT_EQ(job_segments().size(), 0U);
    expect_right_job();
  }

  // A client has a job that a worker dies in. Once the word is FREE the other worker may execute it, and be
  // the last one, before it dies.
  void dies_in_a_recovery(FaultPoint point, FaultPoint of_worker = FaultPoint::leased) {
    start();
    plot->kill_at(of_worker, 1, 10);
    plot->kill_at(point);
    const int code = program([&] {
                       if (test::bits(run_job().result) != expected) ::_exit(99);
                     }).exit_code;
    const bool leased = point == FaultPoint::worker_reaped || point == FaultPoint::death_noted;
    EXPECT_TRUE(code == kLost || (code == 0 && !leased)) << code;
    expect_dead(point, 0);
  }

  // One client dies, another one works meanwhile.
  void dies_in_a_burial(FaultPoint point, std::size_t job_segments_left) {
    start();
    std::atomic<bool>& working = *working_;
    const auto other = test::new_program([&] {
      PoolClient client = PoolClient::connect(pool_name());
      for (;; working = true) client.run("sum", x->array, test::in_chunks(kChunks));
    });
    ASSERT_TRUE(test::wait_until([&] { return working.load(); }));
    plot->kill_at(point);
    // It dies with a job that is not done: nobody executes when the supervisor sees it.
    EXPECT_EQ(program([&] {
                const auto die = [](FaultPoint at, std::uint64_t) {
                  if (at == FaultPoint::published) ::kill(::getpid(), SIGKILL);
                };
                queue::fault_hook = die;
                run_job();
              }).signal,
              SIGKILL);
    EXPECT_EQ(other->wait().exit_code, kLost);
    expect_dead(point, job_segments_left);
  }

 private:
  test::SharedPage<std::atomic<bool>> working_;
};

TEST_F(NamedCrashTableSupervisor, R1DiesWhenAWordIsFreed) { dies_in_a_recovery(FaultPoint::word_freed); }
TEST_F(NamedCrashTableSupervisor, R2DiesWhenTheHintIsSet) { dies_in_a_recovery(FaultPoint::hint_set); }
TEST_F(NamedCrashTableSupervisor, R3DiesWhenTheDeathIsNoted) {
  traced = true;
  dies_in_a_recovery(FaultPoint::death_noted, FaultPoint::traced_begin);
}
TEST_F(NamedCrashTableSupervisor, S3DiesWhenAWorkerIsReaped) {
  dies_in_a_recovery(FaultPoint::worker_reaped);
}
TEST_F(NamedCrashTableSupervisor, S4DiesBeforeTheRespawn) { dies_in_a_recovery(FaultPoint::recovered); }
TEST_F(NamedCrashTableSupervisor, S4DiesAfterTheRespawn) { dies_in_a_recovery(FaultPoint::worker_forked); }

TEST_F(NamedCrashTableSupervisor, S1DiesWithoutAName) {
  plot->kill_at(FaultPoint::pool_made);
  pool.emplace(pool_name(), 2);
  EXPECT_EQ(pool->ready(), Errc::pool_lost);
  EXPECT_EQ(pool->wait().signal, SIGKILL);
  EXPECT_EQ(segments(), std::vector<std::string>{});
  EXPECT_EQ(test::errc_of([&] { run_job(); }), Errc::not_found);
  start();
  expect_right_job();
}

TEST_F(NamedCrashTableSupervisor, S1IsSaidByStartPool) {
  plot->kill_at(FaultPoint::pool_made);
  EXPECT_EQ(test::errc_of([] { start_pool(pool_name(), 2); }), Errc::pool_lost);
  while (::waitpid(-1, nullptr, 0) > 0) continue;
  EXPECT_EQ(segments(), std::vector<std::string>{});
}

TEST_F(NamedCrashTableSupervisor, S2DiesWhileItForks) {
  plot->kill_at(FaultPoint::worker_forked);
  pool.emplace(pool_name(), 2);
  EXPECT_EQ(pool->ready(), Errc::pool_lost);
  EXPECT_EQ(pool->wait().signal, SIGKILL);
  EXPECT_EQ(segments(), std::vector<std::string>{});
  start();
  expect_right_job();
}

TEST_F(NamedCrashTableSupervisor, S2DiesWithAName) {
  plot->kill_at(FaultPoint::pool_named);
  pool.emplace(pool_name(), 2);
  EXPECT_EQ(pool->ready(), Errc::pool_lost);
  EXPECT_EQ(segments().size(), 1U);
  expect_dead(FaultPoint::pool_named, 0);
}

TEST_F(NamedCrashTableSupervisor, S5DiesWhenItFindsAClientDead) {
  dies_in_a_burial(FaultPoint::client_dead, 1);
}
TEST_F(NamedCrashTableSupervisor, S6DiesWhenItHasBegunToDrain) { dies_in_a_burial(FaultPoint::draining, 1); }
TEST_F(NamedCrashTableSupervisor, S6DiesWhenWordsAreClosed) { dies_in_a_burial(FaultPoint::words_closed, 1); }
TEST_F(NamedCrashTableSupervisor, S7DiesWhenTheSegmentIsUnlinked) {
  dies_in_a_burial(FaultPoint::segment_unlinked, 0);
}
TEST_F(NamedCrashTableSupervisor, S8DiesWhenTheSlotIsVacant) {
  dies_in_a_burial(FaultPoint::slot_vacated, 0);
}

TEST_F(NamedCrashTableSupervisor, S9DiesWhenTheWorkersHaveEnded) {
  start();
  expect_right_job();
  plot->kill_at(FaultPoint::workers_ended);
  // It takes back what the dead supervisor left.
  stop_pool(pool_name());
  EXPECT_EQ(pool->wait().signal, SIGKILL);
  EXPECT_EQ(segments(), std::vector<std::string>{});
  start();
  expect_right_job();
}

TEST_F(NamedCrashTableSupervisor, S9LeavesWhatTheNextPoolTakes) {
  start();
  plot->kill_at(FaultPoint::workers_ended);
  ::kill(pool->supervisor(), SIGTERM);
  expect_dead(FaultPoint::workers_ended, 0);
}

}  // namespace
}  // namespace shmkit
