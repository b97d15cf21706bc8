#include "queue/crash_table.hpp"

#include <sys/prctl.h>
#include <sys/wait.h>

// Rows C: the client dies.
namespace shmkit {
namespace {

using namespace std::chrono_literals;
using queue::FaultPoint;
using test::kChunks;

// The client is a process of its own, so that it can die. Its workers become our children: we see them
// end.
struct DeadClient : test::CrashTable {
  void SetUp() override {
    test::CrashTable::SetUp();
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  }
  void TearDown() override {
    ::prctl(PR_SET_CHILD_SUBREAPER, 0);
    test::CrashTable::TearDown();
  }

  void expect_that_nothing_survives(const std::function<void()>& body) {
    const int client = ::fork();
    if (client == 0) {
      body();
      ::_exit(0);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(client, &status, 0), client);
    EXPECT_TRUE(WIFSIGNALED(status)) << "the client has survived";
    const auto start = std::chrono::steady_clock::now();
    int orphans = 0;
    for (; ::waitpid(-1, &status, 0) > 0; ++orphans)
      EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    EXPECT_LT(std::chrono::steady_clock::now() - start, test::kSanitized ? 20s : 5s);
    EXPECT_GE(orphans, 1);
    for (int i = 0; i < plot->started(); ++i) EXPECT_EQ(::kill(plot->pid(i), 0), -1);
  }

  void run_job() {
    WorkerPool pool = WorkerPool::start(3);
    pool.run("sum", x->array, test::in_chunks(kChunks));
  }
};

TEST_F(DeadClient, C1DiesWhileItFillsWords) {
  plot->kill_at(FaultPoint::word_filled, 1, kChunks / 2);
  expect_that_nothing_survives([&] { run_job(); });
  EXPECT_EQ(plot->reached(FaultPoint::leased), 0U) << "nobody has seen the job";
}

TEST_F(DeadClient, C2DiesWhileTheJobRuns) {
  plot->kill_at(FaultPoint::executed, 1, 10);
  expect_that_nothing_survives([&] {
    plot->at(FaultPoint::executed).victim = ::getpid();
    run_job();
  });
}

TEST_F(DeadClient, C3DiesBetweenTwoRecoveries) {
  plot->kill_at(FaultPoint::leased, 2, 10);
  plot->kill_at(FaultPoint::word_freed);
  plot->at(FaultPoint::word_freed).after = 2;
  expect_that_nothing_survives([&] { run_job(); });
  EXPECT_EQ(plot->killed(FaultPoint::leased), 2);
}

TEST_F(DeadClient, C4DiesBeforeANewArrayIsPublished) {
  expect_that_nothing_survives([&] {
    auto draft = ArrayDraft::create(Name::parse(name("draft")), Kind::float64, {100'000});
    WorkerPool pool = WorkerPool::start(3);
    pool.run("random", draft, test::in_chunks(kChunks));
    ::kill(::getpid(), SIGKILL);
  });
  EXPECT_THROW(info(Name::parse(name("draft"))), Error);
}

TEST_F(DeadClient, C4DiesWhileANewArrayIsFilled) {
  plot->kill_at(FaultPoint::executed, 1, 10);
  expect_that_nothing_survives([&] {
    plot->at(FaultPoint::executed).victim = ::getpid();
    auto draft = ArrayDraft::create(Name::parse(name("draft")), Kind::float64, {100'000});
    WorkerPool pool = WorkerPool::start(3);
    pool.run("random", draft, test::in_chunks(kChunks));
  });
  EXPECT_THROW(info(Name::parse(name("draft"))), Error);
}

}  // namespace
}  // namespace shmkit
