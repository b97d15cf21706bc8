#include "kernels/philox.hpp"

#include <gtest/gtest.h>

#include "kernels/run_kernel.hpp"

// The oracle: the known answers that Random123 publishes (kat_vectors), and Philox::block() for the vector
// code.
namespace shmkit::kernel {
namespace {

TEST(Philox, MatchesThePublishedVectors) {
  constexpr std::uint32_t kOnes = 0xFFFFFFFF;
  using Words = Philox::Counter;
  EXPECT_EQ(Philox::block({}, {}), (Words{0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8}));
  EXPECT_EQ(Philox::block({kOnes, kOnes, kOnes, kOnes}, {kOnes, kOnes}),
            (Words{0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD}));
  EXPECT_EQ(Philox::block({0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344}, {0xA4093822, 0x299F31D0}),
            (Words{0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1}));
}

std::vector<std::uint64_t> expected_blocks(std::uint64_t seed, std::uint64_t first, std::size_t count) {
  std::vector<std::uint64_t> words;
  const Philox::Key key{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32U)};
  for (std::uint64_t block = first; block < first + count; ++block) {
    const auto w = Philox::block(
        {static_cast<std::uint32_t>(block), static_cast<std::uint32_t>(block >> 32U), 0, 0}, key);
    words.push_back(w[0] | std::uint64_t{w[1]} << 32U);
    words.push_back(w[2] | std::uint64_t{w[3]} << 32U);
  }
  return words;
}

TEST(Philox, IsTheSameOnEveryInstructionSet) {
  constexpr std::uint64_t kSeed = 0xFEDCBA9876543210U;
  for_each_target([&](const char* target) {
    for (const std::uint64_t first : {std::uint64_t{0}, std::uint64_t{5}, (std::uint64_t{1} << 32U) - 3}) {
      for (const std::size_t count : {1U, 2U, 7U, 8U, 9U, 31U}) {
        std::vector<std::uint64_t> words(2 * count);
        philox_blocks(kSeed, first, count, words.data());
        EXPECT_EQ(words, expected_blocks(kSeed, first, count)) << target << " " << first << " " << count;
      }
    }
  });
}

}  // namespace
}  // namespace shmkit::kernel
