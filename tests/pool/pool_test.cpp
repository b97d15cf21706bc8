#include <sys/resource.h>

#include <algorithm>
#include <set>

#include "pool/killer.hpp"

namespace shmkit {
namespace {

using test::in_chunks;
using test::TestArray;

// What a pool promises to its user (run.hpp); the oracle is the serial run, or an element that was put in by
// hand.
struct PoolTest : test::ProcessTest {};

TEST_F(PoolTest, StartsAsManyWorkersAsAskedFor) {
  for (const unsigned count : {1U, 2U, 7U}) {
    WorkerPool pool = WorkerPool::start(count);
    EXPECT_EQ(pool.size(), count);
    const auto pids = pool.worker_pids();
    EXPECT_EQ(std::set<int>(pids.begin(), pids.end()).size(), count);
    for (const int pid : pids) EXPECT_EQ(test::parent_of(pid), ::getpid());
  }
}

TEST_F(PoolTest, StartsTheDefaultNumberOfWorkersUnlessAsked) {
  EXPECT_EQ(WorkerPool::start().size(), default_workers().count);
}

TEST_F(PoolTest, RefusesMoreWorkersThanItHasSlotsFor) {
  EXPECT_EQ(test::errc_of([] { WorkerPool::start(WorkerPool::kMaxWorkers + 1); }), Errc::usage);
}

TEST_F(PoolTest, MovesWithItsWorkers) {
  TestArray x(name("x"), Kind::int64, 100);
  WorkerPool first = WorkerPool::start(2);
  const auto pids = first.worker_pids();
  WorkerPool second = std::move(first);
  EXPECT_EQ(second.worker_pids(), pids);
  second = WorkerPool::start(1);  // Ends those of before.
  for (const int pid : pids) EXPECT_EQ(test::process_state(pid), '-');
  EXPECT_EQ(test::bits(second.run("max", x.array).result), test::bits(make_value(std::int64_t{0})));
}

// More arrays than workers keep mapped.
TEST_F(PoolTest, RunsJobsOverManyArrays) {
  WorkerPool pool = WorkerPool::start(3);
  std::vector<std::unique_ptr<TestArray>> arrays;
  for (int i = 0; i < 12; ++i) {
    arrays.push_back(std::make_unique<TestArray>(name("x" + std::to_string(i)), Kind::int64, 1000));
    arrays.back()->array.writable_elements<std::int64_t>()[500] = i + 1;
  }
  for (int round = 0; round < 5; ++round) {
    for (std::int64_t i = 0; i < 12; ++i) {
      const auto report = pool.run("max", arrays[static_cast<std::size_t>(i)]->array, in_chunks(7));
      EXPECT_EQ(std::get<std::int64_t>(report.result.scalar), i + 1);
    }
  }
}

TEST_F(PoolTest, NeverReadsTheOldArrayOfANewName) {
  WorkerPool pool = WorkerPool::start(3);
  for (std::int64_t i = 1; i <= test::rounds(300); ++i) {
    TestArray x(name("again"), Kind::int64, static_cast<std::uint64_t>(10 + i % 7 * 1000));
    x.array.writable_elements<std::int64_t>().back() = -i;
    const auto report = pool.run("min", x.array, in_chunks(5));
    ASSERT_EQ(std::get<std::int64_t>(report.result.scalar), -i);
  }
}

TEST_F(PoolTest, FillsADraftThatHasNoNameYet) {
  const Name draft_name = Name::parse(name("draft"));
  auto draft = ArrayDraft::create(draft_name, Kind::float64, {100'000});
  TestArray expected(name("expected"), Kind::float64, 100'000);
  test::serially("random", expected.array);
  WorkerPool pool = WorkerPool::start(3);
  pool.run("random", draft, in_chunks(50));
  EXPECT_TRUE(std::ranges::equal(draft.array().bytes(), expected.array.bytes()));
  AnyArray published = std::move(draft).publish();
  EXPECT_TRUE(std::ranges::equal(published.bytes(), expected.array.bytes()));
  EXPECT_EQ(test::bits(pool.run("sum", published).result), test::bits(test::serially("sum", expected.array)));
  remove(draft_name);
}

TEST_F(PoolTest, RefusesADraftThatItsWorkersDidNotInherit) {
  WorkerPool pool = WorkerPool::start(2);
  {
    auto draft = ArrayDraft::create(Name::parse(name("draft")), Kind::float64, {1000});
    EXPECT_THROW(pool.run("random", draft), Error);
  }
  TestArray x(name("x"), Kind::float64, 1000);
  EXPECT_NO_THROW(pool.run("random", x.array));
}

TEST_F(PoolTest, SaysThatTheArrayIsGoneAndGoesOn) {
  WorkerPool pool = WorkerPool::start(2);
  for (int i = 0; i < 5; ++i) {
    const auto pids = pool.worker_pids();
    TestArray gone(name("gone"), Kind::float64, 1000);
    remove(gone.array.info().name);
    try {
      pool.run("sum", gone.array);
      ADD_FAILURE() << "read an array that has no name";
    } catch (const Error& e) {
      EXPECT_EQ(e.errc(), Errc::not_found);
      EXPECT_NE(std::string(e.what()).find(name("gone")), std::string::npos) << e.what();
    }
    // They may hold leases of a job that nobody waits for.
    for (const int pid : pids) EXPECT_EQ(test::process_state(pid), '-');
    TestArray x(name("x"), Kind::float64, 1000);
    EXPECT_EQ(test::bits(pool.run("sum", x.array).result), test::bits(test::serially("sum", x.array)));
  }
}

TEST_F(PoolTest, SaysThatTheNameBelongsToAnotherArray) {
  WorkerPool pool = WorkerPool::start(2);
  TestArray old(name("x"), Kind::float64, 1000);
  CreateOptions options;
  options.replace = true;
  create(old.array.info().name, Kind::float64, {1000}, options);
  try {
    pool.run("sum", old.array);
    ADD_FAILURE();
  } catch (const Error& e) {
    EXPECT_EQ(e.errc(), Errc::not_found);
    EXPECT_NE(std::string(e.what()).find("replaced"), std::string::npos) << e.what();
  }
}

// A worker may look at a job so late that the job is over and its array deleted. Its complaint concerns
// nobody any more: the jobs after it must not fail with it.
TEST_F(PoolTest, ForgetsTheComplaintOfAWorkerThatCameTooLate) {
  WorkerPool pool = WorkerPool::start(24);
  for (int i = 0; i < test::rounds(500); ++i) {
    TestArray x(name("late" + std::to_string(i)), Kind::int64, 64);
    EXPECT_EQ(pool.run("max", x.array, in_chunks(2)).deaths, 0U);
  }
}

TEST_F(PoolTest, RefusesAJobThatCannotBeAndGoesOn) {
  TestArray x(name("x"), Kind::float64, 10);
  WorkerPool pool = WorkerPool::start(2);
  const auto pids = pool.worker_pids();
  EXPECT_THROW(pool.run("no such kernel", x.array), Error);
  EXPECT_THROW(pool.run("fill", x.array), Error);
  EXPECT_NO_THROW(pool.run("sum", x.array));
  EXPECT_EQ(pool.worker_pids(), pids);
}

TEST_F(PoolTest, RunsWithMoreWorkersThanChunksAndMoreThanCpus) {
  TestArray x(name("x"), Kind::float64, 10'000);
  test::serially("random", x.array);
  const std::string expected = test::bits(test::serially("sum", x.array));
  for (const unsigned workers : {5U, 64U}) {
    WorkerPool pool = WorkerPool::start(workers);
    for (const std::uint64_t chunks : {1U, 2U, 3U, 1000U}) {
      const auto report = pool.run("sum", x.array, in_chunks(chunks));
      EXPECT_EQ(test::bits(report.result), expected);
      EXPECT_EQ(report.chunks, chunks);
      EXPECT_EQ(report.workers, workers);
    }
  }
}

TEST_F(PoolTest, RunsAMillionChunksOfOneElement) {
  TestArray x(name("x"), Kind::int64, 1'000'000);
  x.array.writable_elements<std::int64_t>()[999'999] = 5;
  WorkerPool pool = WorkerPool::start(3);
  RunOptions fill = in_chunks(1'000'000);
  fill.arguments = {{"value", "3"}};
  pool.run("fill", x.array, fill);
  const auto elements = x.array.elements<std::int64_t>();
  EXPECT_TRUE(std::ranges::all_of(elements, [](std::int64_t element) { return element == 3; }));
  EXPECT_EQ(std::get<std::int64_t>(pool.run("sum", x.array, in_chunks(1'000'000)).result.scalar), 3'000'000);
}

TEST_F(PoolTest, RunsOverAnEmptyArray) {
  TestArray x(name("x"), Kind::int64, 0);
  WorkerPool pool = WorkerPool::start(3);
  EXPECT_EQ(std::get<std::int64_t>(pool.run("sum", x.array, in_chunks(10)).result.scalar), 0);
}

TEST_F(PoolTest, RepeatsAJobOnTheSameWorkers) {
  TestArray x(name("x"), Kind::int64, 1000);
  WorkerPool pool = WorkerPool::start(2);
  const auto pids = pool.worker_pids();
  RunOptions options = in_chunks(10);
  options.repeat = 50;
  EXPECT_EQ(pool.run("sum", x.array, options).seconds.size(), 50U);
  EXPECT_EQ(pool.worker_pids(), pids);
}

// Waits end after 50 ms also if nobody signals: a lost signal shows as time only.
TEST_F(PoolTest, HearsAtOnceThatAJobIsDone) {
  TestArray x(name("x"), Kind::int64, 1000);
  WorkerPool pool = WorkerPool::start(2);
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < 200; ++i) pool.run("sum", x.array, in_chunks(4));
  EXPECT_LT(std::chrono::steady_clock::now() - start, 200 * std::chrono::milliseconds(25));
}

// The fixture checks the same after every test; here it is what is tested.
TEST_F(PoolTest, LeavesNothingBehindTwoHundredTimes) {
  TestArray x(name("x"), Kind::int64, 1000);
  WorkerPool::start(1);
  const int before = test::open_descriptors();
  for (int i = 0; i < 200; ++i) {
    {
      WorkerPool pool = WorkerPool::start(2);
      pool.run("sum", x.array, in_chunks(4));
    }
    ASSERT_EQ(test::open_descriptors(), before);
    ASSERT_TRUE(test::children_of(::getpid()).empty());
  }
}

/// Takes all descriptors but `spare` away from this process.
class FewDescriptors {
 public:
  explicit FewDescriptors(int spare) {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const int next = ::dup(0);  // The lowest number that is free.
    ::close(next);
    rlimit few = before_;
    few.rlim_cur = static_cast<rlim_t>(next + spare);
    ::setrlimit(RLIMIT_NOFILE, &few);
  }
  ~FewDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

TEST_F(PoolTest, RunsOnWithThoseWorkersThatItCanHave) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "UBSan looks at memory through a pipe, and this test takes all descriptors away";
#endif
  TestArray x(name("x"), Kind::int64, 1000);
  WorkerPool pool = WorkerPool::start(3);
  pool.run("sum", x.array);
  for (std::size_t lost = 1; lost <= 2; ++lost) {
    const int victim = pool.worker_pids().front();
    ::kill(victim, SIGKILL);
    ASSERT_TRUE(test::has_ended(victim));
    const FewDescriptors guard(0);
    // A job that the others do quickly may not look for the dead.
    while (pool.worker_pids().size() + lost > 3) EXPECT_NO_THROW(pool.run("sum", x.array));
  }
  EXPECT_EQ(pool.worker_pids().size(), 1U) << "one descriptor is not enough to start a worker";
  pool.run("sum", x.array);
  EXPECT_EQ(pool.worker_pids().size(), 3U);
}

TEST_F(PoolTest, SaysThatItCanHaveNoWorkerAndRecovers) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "UBSan looks at memory through a pipe, and this test takes all descriptors away";
#endif
  TestArray x(name("x"), Kind::int64, 1000);
  for (int spare = 0; spare < 8; ++spare) {
    SCOPED_TRACE(spare);
    const FewDescriptors guard(spare);
    const Errc errc = test::outcome_of([] { WorkerPool::start(2); });
    EXPECT_TRUE(errc == Errc{} || errc == Errc::failed) << static_cast<int>(errc);
  }
  EXPECT_NO_THROW(WorkerPool::start(2).run("sum", x.array));
}

// Growing a file beyond the limit kills by SIGXFSZ; the control memory is a file too.
TEST_F(PoolTest, SaysThatTheFileSizeLimitIsTooSmall) {
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  rlimit small = before;
  small.rlim_cur = 1 << 20;
  ::setrlimit(RLIMIT_FSIZE, &small);
  const Errc errc = test::outcome_of([] { WorkerPool::start(2); });
  ::setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_EQ(errc, Errc::no_space);
}

}  // namespace
}  // namespace shmkit
