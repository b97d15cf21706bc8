#include "format/digits.hpp"

#include <cmath>
#include <cstdint>
#include <limits>

#include <gtest/gtest.h>

namespace shmkit::tool {
namespace {

// The oracle for binary16: the definition, tried on every number. For the other types: published hard cases.

std::string text(const Decimal& decimal) { return decimal.digits + "e" + std::to_string(decimal.exponent); }

float16 half(std::uint32_t bits) {
  float16 value;
  value.bits = static_cast<std::uint16_t>(bits);
  return value;
}

double number(const Decimal& decimal) {
  return std::stod("0." + decimal.digits + "e" + std::to_string(decimal.exponent + 1));
}

TEST(Shortest, ReadsBackAsTheSameForEveryFloat16) {
  for (std::uint32_t bits = 0; bits < 0x7C00; ++bits) {
    const Decimal decimal = shortest(half(bits));
    EXPECT_EQ(float16(static_cast<float>(number(decimal))).bits, bits) << text(decimal);
  }
}

TEST(Shortest, CannotBeShorterForAnyFloat16) {
  for (std::uint32_t bits = 1; bits < 0x7C00; ++bits) {
    const Decimal decimal = shortest(half(bits));
    const int count = static_cast<int>(decimal.digits.size());
    if (count == 1) continue;
    const Decimal below = rounded(half(bits), count - 1);
    EXPECT_NE(float16(static_cast<float>(number(below))).bits, bits)
        << text(decimal) << " or " << text(below);
  }
}

TEST(Shortest, IgnoresTheSign) {
  EXPECT_EQ(text(shortest(half(0xC248))), "314e0");
  EXPECT_EQ(text(shortest(-2.5)), "25e0");
  EXPECT_EQ(text(shortest(-0.0)), "0e0");
}

TEST(Shortest, KnowsTheHardCases) {
  EXPECT_EQ(text(shortest(0.1F)), "1e-1");
  EXPECT_EQ(text(shortest(0.1)), "1e-1");
  EXPECT_EQ(text(shortest(5e-324)), "5e-324");
  EXPECT_EQ(text(shortest(std::numeric_limits<double>::max())), "17976931348623157e308");
  EXPECT_EQ(text(shortest(9007199254740993.0)), "9007199254740992e15");
  EXPECT_EQ(text(shortest(0x1p-44)), "5684341886080802e-14");  // 5.684341886080801486968994140625e-14
  EXPECT_EQ(text(shortest(0x1p-6)), "15625e-2");
  EXPECT_EQ(text(shortest(0.1L)), "1e-1");
}

TEST(Shortest, IsTheClosestOfTheShortestForLongDoubles) {
  // On x86-64 this is 71305245197651736002560000, and 20 digits tell it from its neighbours.
  const std::string expected = sizeof(long double) == 16 && std::numeric_limits<long double>::digits == 64
                                   ? "71305245197651736003e25"
                                   : "7130524519765173600256e25";
  EXPECT_EQ(text(shortest(71305245197651736002560000.0L)), expected);
}

TEST(Shortest, GoesUpNextToAPowerOfTwoWhereOnlyThatReadsBack) {
  // 2^-6 = 0.015625 as binary16: 0.01562 is as close as 0.01563, but belongs to the neighbour.
  EXPECT_EQ(text(shortest(half(0x2400))), "1563e-2");
}

TEST(Rounded, RoundsTheExactValueAndTiesToEven) {
  EXPECT_EQ(text(rounded(0.1, 20)), "10000000000000000555e-1");
  EXPECT_EQ(text(rounded(2.5, 1)), "2e0");
  EXPECT_EQ(text(rounded(3.5, 1)), "4e0");
  EXPECT_EQ(text(rounded(9.996, 3)), "1e1");
  EXPECT_EQ(text(rounded(half(0x2400), 4)), "1562e-2");
  EXPECT_EQ(text(rounded(-123.456L, 4)), "1235e2");
}

}  // namespace
}  // namespace shmkit::tool
