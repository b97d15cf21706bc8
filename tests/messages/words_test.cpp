#include "messages/words.hpp"

#include <gtest/gtest.h>

namespace shmkit::messages {
namespace {

// The oracle: what was packed comes out again, at the limits of every field.
TEST(MessageWords, BoxesKeepEveryField) {
  for (const BoxState state :
       {BoxState::free, BoxState::filling, BoxState::placed, BoxState::taken, BoxState::returned}) {
    for (const std::uint32_t lane : {0U, 1U, kMaxLanes - 1}) {
      for (const std::uint32_t seat : {0U, 1U, kMaxSeats - 1}) {
        for (const Place place : {Place{0}, Place{1}, kPlaceMask}) {
          const BoxWord box{state, lane, seat, place};
          EXPECT_EQ(unpack_box(pack(box)), box);
        }
      }
    }
  }
  EXPECT_EQ(pack(BoxWord{}), 0U) << "new memory is FREE";
}

TEST(MessageWords, CellsKeepEveryField) {
  for (const Place place : {Place{0}, Place{1}, kPlaceMask}) {
    for (const std::uint32_t box : {0U, 1U, kClosed - 1, kClosed}) {
      const Cell cell{place, box};
      EXPECT_EQ(unpack_cell(pack(cell)), cell);
    }
  }
}

TEST(MessageWords, PlacesGoOnAfterTheLast) {
  EXPECT_EQ(next(kPlaceMask), 0U);
  EXPECT_EQ(distance(3, kPlaceMask), 4);
  EXPECT_EQ(distance(kPlaceMask, 3), -4);
  EXPECT_EQ(distance(7, 7), 0);
  EXPECT_EQ(distance(Place{1} << 43U, 1), (std::int64_t{1} << 43U) - 1);
}

}  // namespace
}  // namespace shmkit::messages
