#include <gtest/gtest.h>

#include <shmkit/error.hpp>

#include "kernels/run_kernel.hpp"

// The oracle: for integers the ramp in 128 bits, cut to the type; for floating-point numbers NumPy's formula
// in the type's own arithmetic, and bits that numpy.arange(n, dtype=...) has given.
namespace shmkit::kernel {
namespace {

template <class T>
class ArangeOf : public ::testing::Test {};
using Integers = ::testing::Types<std::int8_t, std::uint8_t, std::int16_t, std::uint16_t, std::int32_t,
                                  std::uint32_t, std::int64_t, std::uint64_t>;
TYPED_TEST_SUITE(ArangeOf, Integers);

TYPED_TEST(ArangeOf, CountsFromZeroByDefault) {
  const auto data = run_generator<TypeParam>("arange", 100, {}, 7);
  for (std::size_t i = 0; i < data.size(); ++i) EXPECT_EQ(data[i], static_cast<TypeParam>(i));
}

TYPED_TEST(ArangeOf, ReachesBothEndsOfItsRangeAndNotBeyond) {
  const auto low = std::to_string(std::numeric_limits<TypeParam>::min());
  const auto high = std::to_string(std::numeric_limits<TypeParam>::max());
  const auto down = run_generator<TypeParam>("arange", 3, {{"start", high}, {"step", "-1"}});
  EXPECT_EQ(down[2], std::numeric_limits<TypeParam>::max() - 2);
  EXPECT_EQ(run_generator<TypeParam>("arange", 2, {{"start", "0"}, {"step", high}})[1],
            std::numeric_limits<TypeParam>::max());
  EXPECT_THROW(run_generator<TypeParam>("arange", 2, {{"start", high}}), Error);
  EXPECT_THROW(run_generator<TypeParam>("arange", 2, {{"start", low}, {"step", "-1"}}), Error);
  EXPECT_THROW(run_generator<TypeParam>("arange", 3, {{"step", high}}), Error);
}

TYPED_TEST(ArangeOf, OfNothingOrOneElementNeedsNoRoomForAStep) {
  const auto high = std::to_string(std::numeric_limits<TypeParam>::max());
  EXPECT_TRUE(run_generator<TypeParam>("arange", 0, {{"start", high}}).empty());
  EXPECT_EQ(run_generator<TypeParam>("arange", 1, {{"start", high}})[0],
            std::numeric_limits<TypeParam>::max());
}

TEST(Arange, SaysWhatDoesNotFit) {
  try {
    run_generator<std::uint8_t>("arange", 300, {});
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "kernel arange: the last of 300 elements does not fit uint8");
  }
}

TEST(Arange, RefusesStepsBeyond64BitsAndProductsBeyond128) {
  const Kernel& row = *find("arange");
  const Arguments huge = {{"start", "0"}, {"step", "18446744073709551615"}};
  EXPECT_THROW(row.prepare(huge, {{Kind::uint64}, std::numeric_limits<std::uint64_t>::max()}), Error);
  EXPECT_THROW(row.prepare({{"start", "0"}, {"step", "18446744073709551616"}}, {{Kind::uint64}, 2}), Error);
}

TEST(Arange, FollowsNumPysFormulaForRealNumbers) {
  const double second = 0.1 + 0.3;
  const double step = second - 0.1;
  for (const std::uint64_t chunks : {1U, 3U}) {
    const auto data = run_generator<double>("arange", 1000, {{"start", "0.1"}, {"step", "0.3"}}, chunks);
    EXPECT_EQ(data[0], 0.1);
    EXPECT_EQ(data[1], second);
    for (std::size_t i = 2; i < data.size(); ++i) ASSERT_EQ(data[i], 0.1 + static_cast<double>(i) * step);
  }
}

TEST(Arange, RoundsFloat32AsNumPyDoes) {
  const auto data = run_generator<float>("arange", 8, {{"start", "0.1"}, {"step", "0.7"}});
  const float second = static_cast<float>(0.1 + 0.7);
  EXPECT_EQ(data[1], second);
  EXPECT_EQ(data[7], 0.1F + 7.0F * (second - 0.1F));
}

TEST(Arange, ComputesFloat16InFloat32) {
  const auto data = run_generator<float16>("arange", 3000, {}, 4);
  EXPECT_EQ(static_cast<float>(data[2047]), 2047.0F);
  EXPECT_EQ(static_cast<float>(data[2049]), 2048.0F);
  EXPECT_EQ(static_cast<float>(data[2051]), 2052.0F);
}

TEST(Arange, StepsBothPartsOfComplexNumbers) {
  const auto data =
      run_generator<std::complex<double>>("arange", 10, {{"start", "1+2j"}, {"step", "0.5-1j"}}, 3);
  EXPECT_EQ(data[9], std::complex<double>(5.5, -7));
}

TEST(Arange, KeepsTheSignOfAZeroStart) {
  EXPECT_TRUE(std::signbit(run_generator<double>("arange", 3, {{"start", "-0"}})[0]));
}

TEST(Arange, IsNotForBools) { EXPECT_FALSE(find("arange")->accepts({Kind::boolean, Kind::boolean})); }

}  // namespace
}  // namespace shmkit::kernel
