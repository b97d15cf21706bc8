#include "format/human.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace shmkit::tool {
namespace {

// The oracle: quotients worked out by hand, the seams between units above all.

TEST(HumanBytes, CountsSmallSizesExactly) {
  EXPECT_EQ(human_bytes(0), "0 B");
  EXPECT_EQ(human_bytes(548), "548 B");
  EXPECT_EQ(human_bytes(1023), "1023 B");
}

TEST(HumanBytes, UsesTheLargestUnitThatFits) {
  EXPECT_EQ(human_bytes(1024), "1.00 KiB");
  EXPECT_EQ(human_bytes(2405181686), "2.24 GiB");
  EXPECT_EQ(human_bytes(1ULL << 40U), "1.00 TiB");
  EXPECT_EQ(human_bytes(std::numeric_limits<std::uint64_t>::max()), "16.00 EiB");
}

TEST(HumanBytes, NeverRoundsUpTo1024) {
  EXPECT_EQ(human_bytes(1024 * 1024 - 1), "1.00 MiB");
  EXPECT_EQ(human_bytes(1024 * 1024 - 11), "1023.99 KiB");
}

TEST(HumanSeconds, ChoosesAUnit) {
  EXPECT_EQ(human_seconds(0), "0 ns");
  EXPECT_EQ(human_seconds(340e-9), "340 ns");
  EXPECT_EQ(human_seconds(12.5e-6), "12.50 us");
  EXPECT_EQ(human_seconds(0.0852), "85.20 ms");
  EXPECT_EQ(human_seconds(3.27), "3.27 s");
  EXPECT_EQ(human_seconds(247), "4 min 07 s");
  EXPECT_EQ(human_seconds(7500), "2 h 05 min");
  EXPECT_EQ(human_seconds(3 * 86400 + 4 * 3600), "3 d 04 h");
}

TEST(HumanSeconds, NeverRoundsUpToAFullNextUnit) {
  EXPECT_EQ(human_seconds(0.999999), "1.00 s");
  EXPECT_EQ(human_seconds(59.99), "59.99 s");
  EXPECT_EQ(human_seconds(59.999), "1 min 00 s");
  EXPECT_EQ(human_seconds(3599.7), "1 h 00 min");
  EXPECT_EQ(human_seconds(86399), "1 d 00 h");
}

}  // namespace
}  // namespace shmkit::tool
