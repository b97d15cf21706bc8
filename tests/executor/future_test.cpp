#include <shmkit/executor.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <numeric>
#include <span>
#include <vector>

#include "executor/both_executors.hpp"

namespace shmkit {
namespace {

using namespace std::chrono_literals;
using test::ExecutorTest;
using test::twice;

// Futures whose tasks wait: what is done in which order, what can be cancelled, and for how long one waits.
TYPED_TEST_SUITE(ExecutorTest, test::Executors, test::ExecutorNames);

TYPED_TEST(ExecutorTest, GivesFuturesAsTheyAreDone) {
  SharedBuffer<std::atomic<bool>> gates(3);
  TypeParam pool(3);
  const auto gate = gates.span();
  const auto wait_at = [gate](int i) {
    while (!gate[static_cast<std::size_t>(i)]) ::usleep(100);
    return i;
  };
  std::vector<Future<int>> futures;
  for (int i = 0; i < 3; ++i) futures.push_back(pool.submit(wait_at, i));
  std::vector<int> order;
  gates[1] = true;
  for (Future<int>& future : as_completed(futures)) {
    order.push_back(future.get());
    gates[order.size() == 1 ? 2 : 0] = true;
  }
  EXPECT_EQ(order, (std::vector<int>{1, 2, 0}));
}

TYPED_TEST(ExecutorTest, GivesEachFutureOnce) {
  TypeParam pool(2);
  std::vector<Future<int>> futures(1);  // One without a task, which is passed over.
  for (int i = 0; i < 2500; ++i) futures.push_back(pool.submit(twice, i));
  futures[5].wait();
  std::vector<int> seen;
  for (const Future<int>& future : as_completed(futures)) seen.push_back(future.get() / 2);
  std::ranges::sort(seen);
  std::vector<int> all(2500);
  std::iota(all.begin(), all.end(), 0);
  EXPECT_EQ(seen, all);
}

using Flag = std::atomic<bool>;

// A worker that waits until it is let go.
template <class Pool>
struct Busy {
  Busy(Pool& pool, std::span<Flag> two)
      : go(two[1]), future(pool.submit([two] {
          two[0] = true;
          while (!two[1]) ::usleep(100);
          return 5;
        })) {
    while (!two[0]) ::usleep(100);
  }
  void let_go() const { go = true; }

  Flag& go;
  Future<int> future;
};

TYPED_TEST(ExecutorTest, CancelsWhatHasNotBegunAndNothingElse) {
  SharedBuffer<Flag> flags(3);
  const auto ran = flags.span();
  TypeParam pool(1);
  const Busy busy(pool, flags.span().first(2));
  Future<void> waiting = pool.submit([ran] { ran[2] = true; });
  EXPECT_FALSE(waiting.done());
  EXPECT_TRUE(waiting.cancel());
  EXPECT_TRUE(waiting.done());
  EXPECT_FALSE(waiting.cancel()) << "it is done";
  EXPECT_THROW(waiting.get(), Cancelled);
  EXPECT_FALSE(busy.future.cancel());
  EXPECT_FALSE(busy.future.done());
  busy.let_go();
  EXPECT_EQ(busy.future.get(), 5);
  EXPECT_FALSE(busy.future.cancel());
  EXPECT_EQ(pool.submit(twice, 2).get(), 4);
  EXPECT_FALSE(flags[2]) << "it ran";
}

TYPED_TEST(ExecutorTest, WaitsNoLongerThanItShall) {
  SharedBuffer<Flag> flags(2);
  TypeParam pool(1);
  const Busy busy(pool, flags.span());
  EXPECT_FALSE(busy.future.wait_for(0s));
  EXPECT_FALSE(busy.future.wait_for(20ms));
  EXPECT_FALSE(busy.future.wait_for(1ns));
  busy.let_go();
  EXPECT_TRUE(busy.future.wait_for(1h));
  EXPECT_TRUE(busy.future.wait_for(0s));
}

// More than the table has slots, all of them behind one that does not move.
TYPED_TEST(ExecutorTest, TakesMoreTasksThanItHasRoomFor) {
  SharedBuffer<Flag> flags(2);
  TypeParam pool(2);
  const Busy busy(pool, flags.span());
  std::vector<Future<int>> futures;
  for (int i = 0; i < 5000; ++i) futures.push_back(pool.submit(twice, i));
  for (int i = 0; i < 5000; ++i) EXPECT_EQ(futures[static_cast<std::size_t>(i)].get(), 2 * i);
  EXPECT_FALSE(busy.future.done());
  busy.let_go();
}

TYPED_TEST(ExecutorTest, TakesNewTasksWhileManyAreCancelled) {
  SharedBuffer<Flag> flags(2);
  TypeParam pool(1);
  const Busy busy(pool, flags.span());
  Future<int> waiting = pool.submit(twice, 1);
  for (int i = 0; i < 3000; ++i) EXPECT_TRUE(pool.submit(twice, i).cancel());
  busy.let_go();
  EXPECT_EQ(waiting.get(), 2);
}

TYPED_TEST(ExecutorTest, BeginsTasksInTheOrderOfSubmission) {
  SharedBuffer<Flag> flags(2);
  SharedBuffer<int> buffer(1000);
  const auto order = buffer.span();
  TypeParam pool(1);
  for (int round = 0; round < 3; ++round) {
    flags[0] = flags[1] = false;
    order[0] = 0;
    const Busy busy(pool, flags.span());
    std::vector<Future<void>> futures;
    for (int i = 1; i < 900; ++i) {
      futures.push_back(pool.submit([order, i] { order[static_cast<std::size_t>(++order[0])] = i; }));
    }
    busy.let_go();
    for (const auto& future : futures) future.get();
    for (int i = 1; i < 900; ++i) ASSERT_EQ(order[static_cast<std::size_t>(i)], i);
  }
}

TYPED_TEST(ExecutorTest, CancelsWhatIsPendingWhenToldSo) {
  SharedBuffer<Flag> flags(2);
  TypeParam pool(1);
  const Busy busy(pool, flags.span());
  Future<int> waiting = pool.submit(twice, 1);
  busy.let_go();
  // It may have begun by now: then it ends.
  pool.shutdown(Executor::Pending::cancel);
  EXPECT_EQ(busy.future.get(), 5);
  EXPECT_TRUE(waiting.done());
  try {
    EXPECT_EQ(waiting.get(), 2);
  } catch (const Cancelled&) {
  }
  EXPECT_EQ(test::errc_of([&] { pool.submit(twice, 1).wait(); }), Errc::usage);
  EXPECT_EQ(test::errc_of([&] { pool.map(twice, std::vector<int>{1}); }), Errc::usage);
  pool.shutdown();
}

}  // namespace
}  // namespace shmkit
