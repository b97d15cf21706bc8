#include "npy/byteswap.hpp"

#include <gtest/gtest.h>

#include <span>
#include <string>

namespace shmkit::npy {
namespace {

std::string swapped(std::string text, std::size_t unit) {
  swap_bytes(std::as_writable_bytes(std::span(text)), unit);
  return text;
}

TEST(SwapBytes, ReversesEachUnit) {
  EXPECT_EQ(swapped("abcdefgh", 1), "abcdefgh");
  EXPECT_EQ(swapped("abcdefgh", 2), "badcfehg");
  EXPECT_EQ(swapped("abcdefgh", 4), "dcbahgfe");
  EXPECT_EQ(swapped("abcdefghABCDEFGH", 8), "hgfedcbaHGFEDCBA");
  EXPECT_EQ(swapped("abcdefghABCDEFGH", 16), "HGFEDCBAhgfedcba");
  EXPECT_EQ(swapped("", 8), "");
}

}  // namespace
}  // namespace shmkit::npy
