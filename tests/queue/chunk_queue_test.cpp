#include "queue/chunk_queue.hpp"

#include <algorithm>
#include <numeric>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace shmkit::queue {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::uint32_t kEpoch = 7;
constexpr Owner kAnna{1, 1};
constexpr Owner kBert{2, 1};
constexpr Cause kKilled{Ending::signal, 9};

// The semantics for one thread, step by step; the oracle is the state table of docs/chunk_queue.md.
struct ChunkQueueTest : ::testing::TestWithParam<std::size_t> {
  explicit ChunkQueueTest(std::size_t size = 20) : words(size), queue(hints, words) { queue.fill(kEpoch); }

  std::optional<std::uint64_t> claim(Owner owner = kAnna, std::uint32_t epoch = kEpoch) {
    Cursor cursor;
    return queue.try_claim(owner, epoch, cursor);
  }
  std::vector<std::uint64_t> snapshot() const {
    std::vector<std::uint64_t> values;
    for (const Word& word : words) values.push_back(word.load());
    return values;
  }

  Hints hints{};
  std::vector<Word> words;
  ChunkQueue queue;
};

struct ChunkQueueOfAnySize : ChunkQueueTest {
  ChunkQueueOfAnySize() : ChunkQueueTest(GetParam()) {}
};

// None, one, less than a line of words, a line, one more, several lines and a rest.
INSTANTIATE_TEST_SUITE_P(Sizes, ChunkQueueOfAnySize, ::testing::Values(0, 1, 3, 7, 8, 9, 63, 64, 65, 1000));

TEST_P(ChunkQueueOfAnySize, GivesEveryChunkOnceAndIsThenDone) {
  Cursor cursor;
  std::set<std::uint64_t> seen;
  EXPECT_EQ(queue.done(kEpoch), queue.size() == 0);
  while (const auto chunk = queue.try_claim(kAnna, kEpoch, cursor)) {
    EXPECT_LT(*chunk, queue.size());
    EXPECT_TRUE(seen.insert(*chunk).second);
    EXPECT_FALSE(queue.done(kEpoch));
    queue.commit(*chunk, kAnna, kEpoch);
  }
  EXPECT_EQ(seen.size(), queue.size());
  EXPECT_TRUE(queue.done(kEpoch));
  EXPECT_EQ(claim(), std::nullopt);
}

// Nothing depends on the hints: tickets that are used up and a freed chunk that does not exist cost a sweep.
TEST_P(ChunkQueueOfAnySize, GivesEveryChunkEvenIfHintsAreRubbish) {
  for (const std::uint64_t rubbish : {std::uint64_t{1}, std::uint64_t{5}, std::uint64_t{1} << 61U,
                                      ~std::uint64_t{0} / 8, ~std::uint64_t{0} - 1, ~std::uint64_t{0}}) {
    queue.fill(kEpoch);
    std::set<std::uint64_t> seen;
    Cursor cursor;
    for (std::uint64_t i = 0; i < queue.size(); ++i) {
      hints.ticket = rubbish;
      hints.freed = rubbish;
      const auto chunk = queue.try_claim(kBert, kEpoch, cursor);
      ASSERT_TRUE(chunk.has_value()) << "of " << queue.size() << " with hints " << rubbish;
      EXPECT_TRUE(seen.insert(*chunk).second);
      queue.commit(*chunk, kBert, kEpoch);
    }
    EXPECT_TRUE(queue.done(kEpoch));
  }
}

TEST_P(ChunkQueueOfAnySize, LosesNoChunkWithALostTicket) {
  hints.ticket = (std::uint64_t{kEpoch} << 32U) + 1;  // Whoever took ticket 0 died.
  for (std::uint64_t i = 0; i < queue.size(); ++i) EXPECT_TRUE(claim().has_value());
  EXPECT_EQ(claim(), std::nullopt);
}

TEST_F(ChunkQueueTest, LeavesTheTicketsToTheWorkersOfTheJob) {
  for (int i = 0; i < 100; ++i) EXPECT_EQ(claim(kBert, kEpoch - 1), std::nullopt);
  EXPECT_EQ(hints.ticket, std::uint64_t{kEpoch} << 32U) << "a late worker of the last job has used them up";
}

TEST_P(ChunkQueueOfAnySize, ClosesWhatIsFree) {
  const auto held = claim();
  queue.close(kEpoch);
  EXPECT_EQ(claim(kBert), std::nullopt);
  EXPECT_EQ(queue.done(kEpoch), !held.has_value());
  if (held) queue.commit(*held, kAnna, kEpoch);
  EXPECT_TRUE(queue.done(kEpoch));
}

TEST_F(ChunkQueueTest, GivesDistinctChunksToDistinctOwners) {
  const auto a = claim(kAnna);
  const auto b = claim(kBert);
  EXPECT_NE(a, b);
  EXPECT_EQ(queue.was(*a).owner, kAnna);
  EXPECT_EQ(queue.was(*b).owner, kBert);
  EXPECT_EQ(queue.was(*a).state, State::leased);
}

TEST_F(ChunkQueueTest, GivesNothingForAnotherEpoch) {
  const auto before = snapshot();
  EXPECT_EQ(claim(kAnna, kEpoch - 1), std::nullopt);
  EXPECT_EQ(claim(kAnna, kEpoch + 1), std::nullopt);
  EXPECT_EQ(claim(kAnna, 0), std::nullopt);
  EXPECT_EQ(snapshot(), before);
}

TEST_F(ChunkQueueTest, GivesNothingFromFreshMemory) {
  std::ranges::for_each(words, [](Word& word) { word = 0; });
  hints.mark = 0;
  EXPECT_EQ(claim(kAnna, 0), std::nullopt);
  EXPECT_FALSE(queue.done(0));
}

TEST_F(ChunkQueueTest, ClosesNothingOfAnotherEpoch) {
  const auto before = snapshot();
  queue.close(kEpoch + 1);
  EXPECT_EQ(snapshot(), before);
}

TEST_F(ChunkQueueTest, FreesWhatTheDeadHeldAndNothingElse) {
  const auto a = claim(kAnna);
  const auto committed = claim(kAnna);
  queue.commit(*committed, kAnna, kEpoch);
  const auto b = claim(kBert);
  EXPECT_THAT(queue.recover(kAnna, kEpoch, 2, kKilled), ElementsAre(*a));
  EXPECT_EQ(queue.was(*a).state, State::free);
  EXPECT_EQ(queue.was(*a).attempt, 1U);
  EXPECT_EQ(queue.was(*committed).state, State::committed);
  EXPECT_EQ(queue.was(*b).owner, kBert);
  EXPECT_THAT(queue.recover(kAnna, kEpoch, 2, kKilled), IsEmpty());
}

TEST_F(ChunkQueueTest, GivesUpWhatItsOwnerCannotDo) {
  const Cause complaint{Ending::complained, 5};
  const auto a = claim(kAnna);
  queue.recover(kAnna, kEpoch, 2, kKilled);
  ASSERT_EQ(claim(kBert), a);
  queue.give_up(*a, kBert, kEpoch, complaint);
  EXPECT_EQ(queue.was(*a).state, State::poison);
  EXPECT_EQ(queue.was(*a).attempt, 2U) << "a death, and the complaint";
  EXPECT_EQ(cause_of(queue.was(*a)), complaint);
  EXPECT_THAT(queue.losses().poisoned, ElementsAre(*a));
  EXPECT_EQ(queue.losses().retries, 1U);
  EXPECT_THAT(queue.recover(kBert, kEpoch, 2, kKilled), IsEmpty());
}

TEST_F(ChunkQueueTest, FindsAComplaintWithoutAnyDeath) {
  const auto a = claim(kAnna);
  queue.give_up(*a, kAnna, kEpoch, {Ending::complained, 0});
  EXPECT_THAT(queue.losses().poisoned, ElementsAre(*a));
  EXPECT_EQ(queue.losses().retries, 0U);
}

TEST_F(ChunkQueueTest, RunsAFreedChunkNext) {
  Cursor cursor;
  const auto a = queue.try_claim(kAnna, kEpoch, cursor);
  queue.try_claim(kBert, kEpoch, cursor);
  queue.recover(kAnna, kEpoch, 2, kKilled);
  EXPECT_EQ(queue.try_claim(kBert, kEpoch, cursor), a);
}

TEST_F(ChunkQueueTest, FindsEverythingThatOneOwnerHeld) {
  std::vector<std::uint64_t> held;
  while (const auto chunk = claim(kAnna)) held.push_back(*chunk);
  std::ranges::sort(held);
  EXPECT_EQ(queue.recover(kAnna, kEpoch, 2, kKilled), held);
  std::size_t again = 0;
  while (claim(kBert)) ++again;
  EXPECT_EQ(again, held.size());
}

TEST_F(ChunkQueueTest, RecoversNothingForAnotherIncarnationOrEpoch) {
  claim(kAnna);
  const auto before = snapshot();
  EXPECT_THAT(queue.recover({kAnna.slot, kAnna.incarnation + 1}, kEpoch, 2, kKilled), IsEmpty());
  EXPECT_THAT(queue.recover({kAnna.slot, kAnna.incarnation - 1}, kEpoch, 2, kKilled), IsEmpty());
  EXPECT_THAT(queue.recover({kAnna.slot + 1, kAnna.incarnation}, kEpoch, 2, kKilled), IsEmpty());
  EXPECT_THAT(queue.recover(kAnna, kEpoch + 1, 2, kKilled), IsEmpty());
  EXPECT_EQ(snapshot(), before);
}

// Incarnations are compared for equality, never by size, so that the wrap is a value like any other.
TEST_F(ChunkQueueTest, TellsIncarnationsApartAroundTheirWrap) {
  for (std::uint32_t step = 0; step < 6; ++step) {
    const Owner old{5, (kIncarnationMask - 2 + step) & kIncarnationMask};
    const Owner next{5, (old.incarnation + 1) & kIncarnationMask};
    const auto chunk = claim(old);
    EXPECT_THAT(queue.recover(next, kEpoch, 30, kKilled), IsEmpty());
    EXPECT_THAT(queue.recover(old, kEpoch, 30, kKilled), ElementsAre(*chunk));
  }
}

TEST_F(ChunkQueueTest, GivesAChunkUpAfterItsRetries) {
  for (const std::uint32_t retries : {0U, 1U, 2U, 30U}) {
    queue.fill(kEpoch);
    std::uint32_t deaths = 0;
    for (; claim(kAnna); ++deaths) {
      hints.freed = 0;
      hints.ticket = 0;  // So that it is always chunk 0.
      queue.recover(kAnna, kEpoch, retries, kKilled);
      if (queue.was(0).state == State::poison) break;
    }
    EXPECT_EQ(deaths, retries);
    EXPECT_EQ(queue.was(0).attempt, retries + 1);
    EXPECT_EQ(cause_of(queue.was(0)), kKilled);
    EXPECT_NE(claim(kAnna), 0U);
  }
}

TEST_F(ChunkQueueTest, IsDoneWhenTheRestIsGivenUpOrClosed) {
  const auto bad = claim(kAnna);
  const auto good = claim(kBert);
  queue.recover(kAnna, kEpoch, 0, kKilled);
  queue.close(kEpoch);
  EXPECT_FALSE(queue.done(kEpoch));
  queue.commit(*good, kBert, kEpoch);
  EXPECT_TRUE(queue.done(kEpoch));
  EXPECT_EQ(queue.was(*bad).state, State::poison);
}

TEST_F(ChunkQueueTest, KeepsTheNumberOfDeathsInWhatIsCommitted) {
  const auto chunk = claim(kAnna);
  queue.recover(kAnna, kEpoch, 5, kKilled);
  EXPECT_EQ(claim(kBert), chunk);
  queue.commit(*chunk, kBert, kEpoch);
  EXPECT_EQ(queue.was(*chunk).attempt, 1U);
  EXPECT_EQ(queue.was(*chunk).owner, kBert);
}

TEST_F(ChunkQueueTest, StartsAfreshUnderANewEpoch) {
  while (const auto chunk = claim()) queue.commit(*chunk, kAnna, kEpoch);
  queue.fill(kEpoch + 1);
  EXPECT_FALSE(queue.done(kEpoch + 1));
  EXPECT_FALSE(queue.done(kEpoch)) << "that job has gone";
  EXPECT_EQ(claim(kAnna, kEpoch), std::nullopt);
  std::size_t count = 0;
  while (claim(kAnna, kEpoch + 1)) ++count;
  EXPECT_EQ(count, words.size());
}

// The assertion that rule 4 holds: a commit without the lease is a broken protocol, not an outcome.
TEST_F(ChunkQueueTest, AbortsACommitWithoutALease) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto chunk = claim(kAnna);
  EXPECT_DEATH(queue.commit(*chunk, kBert, kEpoch), "");
  EXPECT_DEATH(queue.commit(*chunk, {kAnna.slot, kAnna.incarnation + 1}, kEpoch), "");
  EXPECT_DEATH(queue.commit(*chunk, kAnna, kEpoch + 1), "");
  EXPECT_DEATH(queue.commit(*chunk == 0 ? 1 : 0, kAnna, kEpoch), "");
  queue.commit(*chunk, kAnna, kEpoch);
  EXPECT_DEATH(queue.commit(*chunk, kAnna, kEpoch), "");
}

}  // namespace
}  // namespace shmkit::queue
