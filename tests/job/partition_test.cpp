#include "job/partition.hpp"

#include <gtest/gtest.h>

namespace shmkit::job {
namespace {

constexpr std::uint64_t kHuge = std::uint64_t{1} << 62U;

// Oracle: a partition covers everything once, and no chunk is more than one element longer than another.
TEST(Partition, CoversEveryElementOnceInNearlyEqualChunks) {
  for (const std::uint64_t size : {std::uint64_t{1}, std::uint64_t{7}, std::uint64_t{1000}, kHuge + 12345}) {
    for (const std::uint64_t chunks : {1U, 2U, 3U, 7U, 64U, 1000U, 1U << 22U}) {
      if (chunks > size) continue;
      const Partition partition{size, chunks};
      EXPECT_EQ(partition.begin(0), 0U);
      EXPECT_EQ(partition.begin(chunks), size);
      std::uint64_t wrong = 0;
      for (std::uint64_t chunk = 0; chunk < chunks; ++chunk) {
        const std::uint64_t length = partition.begin(chunk + 1) - partition.begin(chunk);
        if (length != size / chunks && length != size / chunks + 1) ++wrong;
      }
      EXPECT_EQ(wrong, 0U) << size << " elements in " << chunks << " chunks";
    }
  }
}

TEST(Partition, HasOneEmptyChunkForNoElements) {
  const Partition partition{0, 1};
  EXPECT_EQ(partition.begin(0), 0U);
  EXPECT_EQ(partition.begin(1), 0U);
}

}  // namespace
}  // namespace shmkit::job
