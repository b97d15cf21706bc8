#include "executor/task_table.hpp"

#include <gtest/gtest.h>

#include "executor/table_memory.hpp"

namespace shmkit::executor {
namespace {

using queue::Cause;
using queue::Ending;
using queue::Owner;
using queue::State;

constexpr Owner kMe{1, 7};
constexpr Owner kOther{2, 7};
constexpr Cause kKilled{Ending::signal, 9};

// Steps of the protocol one by one; the oracle is the table of states in docs/executor.md.
struct TaskTableTest : ::testing::Test {
  test::TableMemory memory;
  TaskTable table{memory.memory};

  State state(std::uint32_t task) { return table.was(task).state; }
};

TEST_F(TaskTableTest, HasNothingToClaimAtFirst) {
  EXPECT_FALSE(table.try_claim(kMe));
  EXPECT_EQ(state(0), State::none);
}

TEST_F(TaskTableTest, HandsOutATaskOnce) {
  table.post(5);
  EXPECT_EQ(state(5), State::free);
  EXPECT_EQ(table.try_claim(kMe), 5U);
  EXPECT_EQ(table.was(5).owner, kMe);
  EXPECT_FALSE(table.try_claim(kOther));
  table.commit(5, kMe);
  EXPECT_EQ(state(5), State::committed);
  EXPECT_FALSE(table.try_claim(kOther));
}

TEST_F(TaskTableTest, HandsOutTheOldestFirst) {
  // From here on in a circle, over the boundaries of words and around the end.
  for (const std::uint32_t begin : {0U, 1U, 63U, 64U, 500U, kTasks - 1}) {
    SCOPED_TRACE(begin);
    for (std::uint32_t i = 0; i < kTasks; ++i) table.post((begin + i) % kTasks);
    for (std::uint32_t i = 0; i < kTasks; ++i) {
      ASSERT_EQ(table.try_claim(kMe), (begin + i) % kTasks);
      table.commit((begin + i) % kTasks, kMe);
    }
    EXPECT_FALSE(table.try_claim(kMe));
  }
}

TEST_F(TaskTableTest, CountsTheTasksOfASlot) {
  for (std::uint32_t epoch = 1; epoch < 4; ++epoch) {
    table.post(3);
    EXPECT_EQ(table.was(3).epoch, epoch);
    ASSERT_EQ(table.try_claim(kMe), 3U);
    table.commit(3, kMe);
  }
}

TEST_F(TaskTableTest, CancelsWhatNobodyHasBegun) {
  table.post(0);
  table.post(1);
  EXPECT_TRUE(table.try_cancel(1));
  EXPECT_EQ(state(1), State::closed);
  EXPECT_EQ(table.try_claim(kMe), 0U);
  EXPECT_FALSE(table.try_cancel(0));
  EXPECT_FALSE(table.try_claim(kOther)) << "a bit is left, and nothing behind it";
  table.commit(0, kMe);
  EXPECT_FALSE(table.try_cancel(0));
  table.post(1);  // The slot is as good as new.
  EXPECT_EQ(table.try_claim(kOther), 1U);
}

TEST_F(TaskTableTest, GivesBackWhatADeadWorkerHeld) {
  for (const std::uint32_t task : {0U, 1U, 2U}) table.post(task);
  ASSERT_EQ(table.try_claim(kMe), 0U);
  ASSERT_EQ(table.try_claim(kOther), 1U);
  EXPECT_EQ(table.recover(kMe, 2, kKilled), 1U);
  EXPECT_EQ(table.was(0).attempt, 1U);
  EXPECT_FALSE(table.try_cancel(0)) << "it was begun";
  EXPECT_EQ(state(1), State::leased) << "of one who lives";
  EXPECT_EQ(table.try_claim(kOther), 0U);
  EXPECT_EQ(table.try_claim(kOther), 2U);
}

TEST_F(TaskTableTest, PostsAgainWhatADeadWorkerWasToLookAt) {
  table.post(9);
  memory.memory.board().posted[0].store(0);
  EXPECT_FALSE(table.try_claim(kOther));
  EXPECT_EQ(table.recover(kMe, 0, kKilled), 0U);
  EXPECT_EQ(table.was(9).attempt, 0U) << "nobody had begun it";
  EXPECT_EQ(table.try_claim(kOther), 9U);
}

TEST_F(TaskTableTest, GivesUpATaskAfterItsRetries) {
  for (const std::uint32_t retries : {0U, 2U, 30U}) {
    SCOPED_TRACE(retries);
    table.post(4);
    for (std::uint32_t death = 0; death <= retries; ++death) {
      ASSERT_EQ(table.try_claim(kMe), 4U);
      table.recover(kMe, retries, kKilled);
    }
    EXPECT_EQ(state(4), State::poison);
    EXPECT_EQ(table.was(4).attempt, retries + 1);
    EXPECT_EQ(queue::cause_of(table.was(4)), kKilled);
    EXPECT_FALSE(table.try_claim(kMe));
  }
}

TEST_F(TaskTableTest, KnowsIncarnationsApart) {
  table.post(0);
  ASSERT_EQ(table.try_claim({1, 8}), 0U);
  EXPECT_EQ(table.recover({1, 7}, 2, kKilled), 0U);
  EXPECT_EQ(state(0), State::leased);
}

TEST_F(TaskTableTest, DoesNotMistakeABitThatIsLeftForATask) {
  table.post(0);
  table.post(1);
  for (auto& word : memory.memory.board().posted) word.store(~std::uint64_t{0});
  EXPECT_EQ(table.try_claim(kMe), 0U);
  EXPECT_EQ(table.try_claim(kMe), 1U);
  EXPECT_FALSE(table.try_claim(kMe));
}

TEST_F(TaskTableTest, SurvivesTheLastEpoch) {
  table.slot(0).word.store(pack(queue::Lease{State::committed, 0, kMe, ~std::uint32_t{0}}));
  table.post(0);
  EXPECT_EQ(table.was(0).epoch, 0U);
  EXPECT_EQ(table.try_claim(kMe), 0U);
}

using TaskTableDeathTest = TaskTableTest;

TEST_F(TaskTableDeathTest, AbortsAWorkerThatCommitsWhatItDoesNotHold) {
  table.post(0);
  EXPECT_DEATH(table.commit(0, kMe), "");
  ASSERT_EQ(table.try_claim(kOther), 0U);
  EXPECT_DEATH(table.commit(0, kMe), "");
}

}  // namespace
}  // namespace shmkit::executor
