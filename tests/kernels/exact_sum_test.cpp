#include "kernels/exact_sum.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

// The oracle: sums whose exact value is known from how they are made (integers, powers of two, pairs that
// cancel), and IEEE's rule for rounding it once.
namespace shmkit::kernel {
namespace {

constexpr double kMax = std::numeric_limits<double>::max();
constexpr double kTiny = std::numeric_limits<double>::denorm_min();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

double sum_of(const std::vector<double>& values) {
  ExactSum sum;
  for (const double value : values) sum.add(value);
  return sum.round();
}

TEST(ExactSum, OfNothingIsPositiveZero) {
  EXPECT_EQ(ExactSum().round(), 0.0);
  EXPECT_FALSE(std::signbit(ExactSum().round()));
  EXPECT_FALSE(std::signbit(sum_of({-0.0})));
  EXPECT_FALSE(std::signbit(sum_of({1.5, -1.5})));
}

TEST(ExactSum, OfOneNumberIsThatNumber) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 20000; ++i) {
    const std::uint64_t bits = random();
    double value = 0;
    std::memcpy(&value, &bits, sizeof value);
    if (!std::isfinite(value)) continue;
    ASSERT_EQ(sum_of({value}), value);
  }
  for (const double value : {kTiny, -kTiny, 0x1p-1022, -0x1.8p-1023, kMax, -kMax})
    EXPECT_EQ(sum_of({value}), value);
}

TEST(ExactSum, OfIntegersIsTheirSum) {
  std::mt19937_64 random(2);
  ExactSum sum;
  std::int64_t expected = 0;
  for (int i = 0; i < 100000; ++i) {
    const auto value = static_cast<std::int64_t>(random() >> 30U) - (std::int64_t{1} << 33U);
    expected += value;
    sum.add(static_cast<double>(value));
  }
  EXPECT_EQ(sum.round(), static_cast<double>(expected));
}

TEST(ExactSum, RoundsToNearestTiesToEven) {
  EXPECT_EQ(sum_of({1, 0x1p-53}), 1.0);
  EXPECT_EQ(sum_of({1, 0x1p-53, kTiny}), 1 + 0x1p-52);
  EXPECT_EQ(sum_of({1, 0x1p-53, -kTiny}), 1.0);
  EXPECT_EQ(sum_of({1 + 0x1p-52, 0x1p-53}), 1 + 0x1p-51);
  EXPECT_EQ(sum_of({-1, -0x1p-53, -0x1p-200}), -1 - 0x1p-52);
  EXPECT_EQ(sum_of({1, -0x1p-54}), 1.0);
  EXPECT_EQ(sum_of({1, -0x1p-54, -kTiny}), 1 - 0x1p-53);
}

TEST(ExactSum, ForgetsNothingThatCancels) {
  EXPECT_EQ(sum_of({1e200, 1e100, 1, -1e100, -1e200}), 1.0);
  EXPECT_EQ(sum_of({kMax, kTiny, -kMax}), kTiny);
  EXPECT_EQ(sum_of({kMax, kMax, -kMax}), kMax);
  EXPECT_EQ(sum_of({kMax, kMax, kMax, -kMax, -kMax, -kMax, -3.5}), -3.5);
}

TEST(ExactSum, OverflowsWhereRoundingDoes) {
  EXPECT_EQ(sum_of({kMax, kMax}), kInfinity);
  EXPECT_EQ(sum_of({-kMax, -kMax}), -kInfinity);
  EXPECT_EQ(sum_of({kMax, 0x1p969}), kMax);
  EXPECT_EQ(sum_of({kMax, 0x1p970}), kInfinity);
  EXPECT_EQ(sum_of({kMax, 0x1p970, -kTiny}), kMax);
}

TEST(ExactSum, AddsSubnormals) {
  EXPECT_EQ(sum_of({kTiny, kTiny, kTiny}), 3 * kTiny);
  EXPECT_EQ(sum_of({0x1p-1022, -kTiny}), 0x1p-1022 - kTiny);
  EXPECT_EQ(sum_of(std::vector<double>(3000, -kTiny)), -3000 * kTiny);
}

TEST(ExactSum, DoesNotDependOnOrderOrGrouping) {
  std::mt19937_64 random(3);
  std::vector<double> values;
  for (int i = 0; i < 999; ++i) {
    values.push_back(
        std::ldexp(static_cast<double>(random() >> 11U), static_cast<int>(random() % 1900) - 1100));
    if (i % 3 != 0) values.push_back(-values[random() % values.size()]);
  }
  const double expected = sum_of(values);
  for (int repeat = 0; repeat < 20; ++repeat) {
    std::shuffle(values.begin(), values.end(), random);
    ExactSum parts[3];
    for (std::size_t i = 0; i < values.size(); ++i) parts[random() % 3].add(values[i]);
    parts[1].add(parts[2]);
    parts[0].add(parts[1]);
    EXPECT_EQ(parts[0].round(), expected);
  }
}

}  // namespace
}  // namespace shmkit::kernel
