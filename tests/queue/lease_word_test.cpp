#include "queue/lease_word.hpp"

#include <gtest/gtest.h>

namespace shmkit::queue {
namespace {

// Oracle: the layout as docs/chunk_queue.md draws it, with one bit set per field.
TEST(LeaseWord, PutsEveryFieldWhereTheDocumentSays) {
  EXPECT_EQ(pack({State::free, 0, {}, 0}), std::uint64_t{1} << 61U);
  EXPECT_EQ(pack({State::none, 1, {}, 0}), std::uint64_t{1} << 56U);
  EXPECT_EQ(pack({State::none, 0, {1, 0}, 0}), std::uint64_t{1} << 44U);
  EXPECT_EQ(pack({State::none, 0, {0, 1}, 0}), std::uint64_t{1} << 32U);
  EXPECT_EQ(pack({State::none, 0, {}, 1}), 1U);
}

// The extremes of every field: nothing spills into a neighbour.
TEST(LeaseWord, ReturnsWhatWasPutIn) {
  for (const State state :
       {State::none, State::free, State::leased, State::committed, State::poison, State::closed}) {
    for (const std::uint32_t attempt : {0U, 1U, kMaxAttempt}) {
      for (const std::uint32_t slot : {0U, 1U, kMaxSlots - 1}) {
        for (const std::uint32_t incarnation : {0U, 1U, kIncarnationMask}) {
          for (const std::uint32_t epoch : {0U, 1U, 0xFFFFFFFFU}) {
            const Lease lease = unpack(pack({state, attempt, {slot, incarnation}, epoch}));
            EXPECT_EQ(lease.state, state);
            EXPECT_EQ(lease.attempt, attempt);
            EXPECT_EQ(lease.owner, (Owner{slot, incarnation}));
            EXPECT_EQ(lease.epoch, epoch);
          }
        }
      }
    }
  }
}

TEST(LeaseWord, CutsAnIncarnationAtItsWidth) {
  EXPECT_EQ(unpack(pack({State::leased, 0, {3, kIncarnationMask + 1}, 1})).owner, (Owner{3, 0}));
}

// Fresh memory is zero: it must be neither claimable nor finished.
TEST(LeaseWord, IsNeitherFreeNorTerminalWhenAllZero) {
  EXPECT_EQ(unpack(0).state, State::none);
  EXPECT_FALSE(terminal(State::none));
}

TEST(LeaseWord, EndsInThreeStates) {
  EXPECT_FALSE(terminal(State::free));
  EXPECT_FALSE(terminal(State::leased));
  EXPECT_TRUE(terminal(State::committed));
  EXPECT_TRUE(terminal(State::poison));
  EXPECT_TRUE(terminal(State::closed));
}

}  // namespace
}  // namespace shmkit::queue
