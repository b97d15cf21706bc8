#include "pool/kill_loops.hpp"

// Every point of the crash table is deadly, hundreds of times, for every kind of process.
namespace shmkit {
namespace {

using namespace std::chrono_literals;
using enum queue::FaultPoint;
using queue::FaultPoint;
using test::Ghost;
using test::kills;
using test::program;
using test::TestArray;
using test::TestPool;

constexpr std::array kPrivateWorker = {worker_started, job_read,   job_attached, ticket_taken,
                                       leased,         hint_taken, executed,     committed,
                                       before_signal,  signalled,  asleep};
// A worker that starts has its lock only in a named pool.
constexpr std::array kNamedWorker = {
    leased,        worker_locked, hint_taken,    executed,       worker_locked, asleep,
    worker_locked, job_read,      worker_locked, worker_started, worker_locked, ticket_taken,
    worker_locked, committed,     worker_locked, signalled,      worker_locked, job_attached};
constexpr std::array kClient = {slot_locked,  connected,    segment_intended, segment_made,
                                word_filled,  described,    published,        rung,
                                all_terminal, job_finished, gave_up,          segment_dropped};
constexpr std::array kStart = {pool_made, worker_forked, pool_named};
constexpr std::array kRecovery = {worker_reaped, word_freed, hint_set, recovered, worker_forked};
constexpr std::array kBurial = {client_dead, draining, words_closed, segment_unlinked, slot_vacated};

struct KillAtPoints : test::KillLoopTest {
  void private_workers(int most);
  void named_workers(int most);
  void clients(int most);
  void die_as_client(FaultPoint point, int skip);
  void supervisors(int most);
  void supervisor(FaultPoint point, int skip);
  void work_until_lost();
  void expect_deadly(std::span<const FaultPoint> points, int least) const;
};

// Incarnations have 12 bits: each of the two slots passes the last one.
void KillAtPoints::private_workers(int most) {
  Ghost ghost;
  doom->watched_by(&ghost);
  doom->chain(kPrivateWorker, most);
  {
    WorkerPool pool = WorkerPool::start(2);
    while (doom->left() > 0 && !HasFailure()) {
      ghost.begin_job(kChunks);
      expect_right(pool.run("sum", x->array, stubborn()));
    }
    std::this_thread::sleep_for(50ms);  // Who has committed also says so.
  }
  ghost.audit_all();
  doom->watched_by(nullptr);
  EXPECT_EQ(ghost.commits(), ghost.audited() * kChunks);
  test::report_kills("workers of a private pool", most, std::to_string(ghost.audited()) + " jobs audited");
}

void KillAtPoints::named_workers(int most) {
  Ghost ghost;
  doom->watched_by(&ghost);
  TestPool pool(pool_name(), 2);
  ASSERT_EQ(pool.ready(), Errc{});
  near_the_last_epoch();
  doom->chain(kNamedWorker, most);
  {
    PoolClient client = PoolClient::connect(pool_name());
    while (doom->left() > 0 && !HasFailure()) {
      ghost.begin_job(kChunks);
      expect_right(client.run("sum", x->array, stubborn()));
    }
    std::this_thread::sleep_for(50ms);
  }
  stop_pool(pool_name());
  EXPECT_EQ(pool.wait().exit_code, 0);
  ghost.audit_all();
  doom->watched_by(nullptr);
  test::report_kills("workers of a named pool", most, std::to_string(ghost.audited()) + " jobs audited");
}

// The second job needs another segment.
void KillAtPoints::die_as_client(FaultPoint point, int skip) {
  doom->on_me(point, skip);
  PoolClient client = PoolClient::connect(pool_name());
  if (point == gave_up) {
    TestArray gone(name("gone" + std::to_string(::getpid())), Kind::float64, 1000);
    remove(gone.array.info().name);
    client.run("sum", gone.array, stubborn());
  }
  client.run("sum", x->array, stubborn());
  client.run("sum", x->array, stubborn(8000));
}

// Three at a time, and one that lives.
void KillAtPoints::clients(int most) {
  TestPool pool(pool_name(), 2);
  ASSERT_EQ(pool.ready(), Errc{});
  near_the_last_epoch();
  std::optional<PoolClient> survivor(PoolClient::connect(pool_name()));
  int dead = 0;
  while (dead < most && !HasFailure()) {
    std::vector<std::unique_ptr<test::ChildProcess>> batch;
    for (int i = 0; i < 3; ++i, ++dead) {
      const FaultPoint point = kClient[static_cast<std::size_t>(dead) % kClient.size()];
      const bool often =
          point != slot_locked && point != connected && point != segment_dropped && point != gave_up;
      const int skip = point == word_filled ? static_cast<int>(any(kChunks))
                       : often              ? static_cast<int>(any(2))
                                            : 0;
      batch.push_back(test::new_program([this, point, skip] { die_as_client(point, skip); }));
    }
    expect_right(survivor->run("sum", x->array, stubborn()));
    for (const auto& client : batch) EXPECT_EQ(client->wait().signal, SIGKILL);
  }
  survivor.reset();
  EXPECT_TRUE(all_clients_gone());
  EXPECT_EQ(pool_status(pool_name()).deaths, 0U);
  stop_pool(pool_name());
  EXPECT_EQ(pool.wait().exit_code, 0);
  test::report_kills("clients", dead);
}

void KillAtPoints::work_until_lost() {
  const auto end = std::chrono::steady_clock::now() + 20s;
  const Errc errc = test::outcome_of([&] {
    PoolClient client = PoolClient::connect(pool_name());
    while (std::chrono::steady_clock::now() < end) expect_right(client.run("sum", x->array, stubborn()));
  });
  EXPECT_EQ(errc, Errc::pool_lost);
}

// One life of a pool, which ends at a point. The pool of the next life has the same name.
void KillAtPoints::supervisor(FaultPoint point, int skip) {
  doom->end_chain();
  TestPool pool(pool_name(), 2, [&] { doom->on_me(point, skip); });
  if (pool.ready() == Errc{}) {
    near_the_last_epoch();
    // Two workers die, so that the supervisor dies over one and the other is nobody's.
    if (std::ranges::count(kRecovery, point) > 0) doom->chain(std::array{leased, executed}, 2);
    if (std::ranges::count(kBurial, point) > 0) {
      EXPECT_EQ(program([&] { die_as_client(published, 0); }).signal, SIGKILL);
    }
    if (point == workers_ended) ::kill(pool.supervisor(), SIGTERM);
    work_until_lost();
  }
  EXPECT_EQ(pool.wait().signal, SIGKILL) << "it has not come to " << static_cast<int>(point);
}

void KillAtPoints::supervisors(int most) {
  std::vector<FaultPoint> points{workers_ended};
  points.insert(points.end(), kStart.begin(), kStart.end());
  points.insert(points.end(), kRecovery.begin(), kRecovery.end());
  points.insert(points.end(), kRecovery.begin(), kRecovery.end());
  points.insert(points.end(), kBurial.begin(), kBurial.end());
  const int before = doom->killed();
  for (int life = 0; life < most && !HasFailure(); ++life) {
    const FaultPoint point = points[static_cast<std::size_t>(life) % points.size()];
    supervisor(point, point == worker_forked ? static_cast<int>(any(4)) : 0);
  }
  doom->end_chain();
  test::report_kills("supervisors, and workers under them", doom->killed() - before);
}

void KillAtPoints::expect_deadly(std::span<const FaultPoint> points, int least) const {
  for (const FaultPoint point : points)
    EXPECT_GE(doom->killed(point), least) << queue::kFaultPointNames[static_cast<std::size_t>(point)];
}

TEST_F(KillAtPoints, SurvivesAllOfThemAndLeavesNoneOut) {
  test::expect_end_within(kills(13'000));
  private_workers(kills(9'000));
  named_workers(kills(1'150));
  clients(kills(1'200));
  supervisors(kills(950));
  doom->print();
  expect_deadly(kPrivateWorker, kills(500));
  expect_deadly(kNamedWorker, kills(500));
  for (const FaultPoint point : kClient) expect_deadly({&point, 1}, kills(90));
  for (int point = 0; point < queue::kPoolFaultPoints; ++point)
    expect_deadly(std::array{static_cast<FaultPoint>(point)}, kills(25));
}

}  // namespace
}  // namespace shmkit
