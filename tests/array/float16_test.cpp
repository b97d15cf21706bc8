#include <shmkit/float16.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

// The oracle computes in doubles, where every half and every midpoint between two halves is exact: the value
// of a pattern by the definition of binary16, and the nearest half by comparing with both neighbours.
namespace shmkit::test {
namespace {

double value_of(std::uint32_t bits) {
  const double sign = (bits & 0x8000U) != 0 ? -1.0 : 1.0;
  const auto exponent = static_cast<int>((bits >> 10U) & 31U);
  const double fraction = double(bits & 1023U) / 1024.0;
  if (exponent == 31) return sign * (fraction == 0 ? INFINITY : NAN);
  if (exponent == 0) return sign * std::ldexp(fraction, -14);
  return sign * std::ldexp(1.0 + fraction, exponent - 15);
}

float16 pattern(std::uint32_t bits) {
  float16 half;
  half.bits = static_cast<std::uint16_t>(bits);
  return half;
}

/// The nearest half of a finite value, ties to the even pattern: by bisection among the 31745 positive
/// patterns, where infinity counts as 2^16, the next value there would be.
std::uint32_t nearest(double value) {
  const std::uint32_t sign = std::signbit(value) ? 0x8000U : 0U;
  const double magnitude = std::fabs(value);
  const auto on_line = [](std::uint32_t bits) { return bits == 0x7C00U ? 65536.0 : value_of(bits); };
  if (magnitude >= 65536.0) return sign | 0x7C00U;
  std::uint32_t low = 0;
  std::uint32_t high = 0x7C00U;
  while (high - low > 1) {
    const std::uint32_t middle = (low + high) / 2;
    (on_line(middle) <= magnitude ? low : high) = middle;
  }
  const double below = magnitude - on_line(low);
  const double above = on_line(high) - magnitude;
  if (below != above) return sign | (below < above ? low : high);
  return sign | (low % 2 == 0 ? low : high);
}

TEST(Float16, HasTheValueOfEachOfItsPatterns) {
  for (std::uint32_t bits = 0; bits <= 0xFFFFU; ++bits) {
    const auto value = static_cast<float>(pattern(bits));
    const double expected = value_of(bits);
    if (std::isnan(expected)) {
      EXPECT_TRUE(std::isnan(value)) << bits;
    } else {
      EXPECT_EQ(value, expected) << bits;
    }
    EXPECT_EQ(std::signbit(value), (bits & 0x8000U) != 0) << bits;
  }
}

TEST(Float16, SurvivesTheRoundTripThroughFloatInEveryPattern) {
  for (std::uint32_t bits = 0; bits <= 0xFFFFU; ++bits) {
    const bool nan = std::isnan(value_of(bits));
    EXPECT_EQ(float16(static_cast<float>(pattern(bits))).bits, nan ? bits | 0x0200U : bits) << bits;
  }
}

TEST(Float16, RoundsToNearestEvenAtEveryMidpointAndBesideIt) {
  for (std::uint32_t bits = 0; bits < 0x7C00U; ++bits) {
    const double next = bits + 1 == 0x7C00U ? 65536.0 : value_of(bits + 1);
    const auto midpoint = static_cast<float>((value_of(bits) + next) / 2);
    for (const float magnitude : {midpoint, std::nextafter(midpoint, 0.0F), std::nextafter(midpoint, 1e9F)}) {
      for (const float value : {magnitude, -magnitude})
        ASSERT_EQ(float16(value).bits, nearest(value)) << value;
    }
  }
}

TEST(Float16, RoundsRandomFloatsOfEveryExponent) {
  std::mt19937 random(1);
  for (std::uint32_t exponent = 0; exponent < 255; ++exponent) {
    for (int i = 0; i < 2000; ++i) {
      const auto value =
          std::bit_cast<float>(static_cast<std::uint32_t>(random() & 0x807FFFFFU) | (exponent << 23U));
      ASSERT_EQ(float16(value).bits, nearest(value)) << value;
    }
  }
}

TEST(Float16, KeepsInfinityAndNaN) {
  EXPECT_EQ(float16(INFINITY).bits, 0x7C00U);
  EXPECT_EQ(float16(-INFINITY).bits, 0xFC00U);
  EXPECT_EQ(float16(std::numeric_limits<float>::max()).bits, 0x7C00U);
  for (const std::uint32_t bits : {0x7F800001U, 0x7FC00000U, 0xFF800001U, 0x7FFFFFFFU}) {
    const float16 half(std::bit_cast<float>(bits));
    EXPECT_TRUE(std::isnan(value_of(half.bits))) << bits;
    EXPECT_NE(half.bits & 0x0200U, 0U) << "quiet";
    EXPECT_EQ(half.bits >> 15U, bits >> 31U);
  }
}

static_assert(float16(1.5F).bits == 0x3E00U, "conversion is usable in constants");

}  // namespace
}  // namespace shmkit::test
