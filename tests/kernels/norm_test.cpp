#include <gtest/gtest.h>

#include <cmath>

#include "kernels/run_kernel.hpp"
#include "kernels/samples.hpp"

// The oracle: the root of a sum of squares in long double, where that has more bits and range; Pythagorean
// triples at the ends of the range; values from numpy.linalg.norm 1.24.
namespace shmkit::kernel {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

double norm(const std::vector<double>& data, std::uint64_t chunks = 1) {
  return std::get<double>(run_reduction<double>("norm", data, chunks).scalar);
}

double scaled_norm(std::vector<double> data, std::uint64_t chunks = 1) {
  return std::get<double>(run_row<double>(*find("norm")->exact, data, chunks).value().scalar);
}

template <class T>
class NormOf : public ::testing::Test {};
TYPED_TEST_SUITE(NormOf, AllElements);

TYPED_TEST(NormOf, AgreesWithLongDouble) {
  using T = TypeParam;
  for (const std::size_t size : kSizes) {
    const auto data = samples<T>(size, size);
    long double squares = 0;
    for (const auto x : data) {
      if constexpr (kIsComplex<T>)
        squares += std::norm(std::complex<long double>(x.real(), x.imag()));
      else
        squares += as_wide<T>(x) * as_wide<T>(x);
    }
    const auto expected = static_cast<double>(std::sqrt(squares));
    for (const std::uint64_t chunks : {std::size_t{1}, std::min<std::size_t>(size, 5)}) {
      const double result = real_result(run_reduction<T>("norm", data, chunks));
      const double unit = sizeof(T) == 2 && kIsReal<T> ? 0x1p-10 : std::is_integral_v<T> ? 0x1p-52 : 0x1p-23;
      EXPECT_NEAR(result, expected, unit * expected) << size;
    }
  }
}

TEST(Norm, OfDoublesIsWithinOneUlp) {
  std::mt19937_64 random(1);
  std::normal_distribution<double> normal;
  for (const std::size_t size : {1U, 2U, 33U, 1000U, 100000U}) {
    std::vector<double> data(size);
    long double squares = 0;
    for (double& x : data) {
      x = normal(random);
      squares += static_cast<long double>(x) * x;
    }
    const auto expected = static_cast<double>(std::sqrt(squares));
    for (const std::uint64_t chunks : {1U, 2U}) {
      if (chunks > size) continue;
      EXPECT_NEAR(norm(data, chunks), expected, 0x1p-52 * expected) << size;
      EXPECT_NEAR(scaled_norm(data, chunks), expected, 0x1p-52 * expected) << size;
    }
  }
}

TEST(Norm, IsNumPys) {
  EXPECT_EQ(std::get<double>(run_reduction<std::int8_t>("norm", {1, 2, 3}).scalar), 3.7416573867739413);
  EXPECT_EQ(std::get<double>(run_reduction<bool>("norm", {1, 1}, 2).scalar), 1.4142135623730951);
  EXPECT_EQ(std::get<float>(run_reduction<float>("norm", {1, 2, 3}).scalar), 3.7416575F);
  EXPECT_EQ(std::get<float>(run_reduction<std::complex<float>>("norm", {{1, 2}, {3, 0}}, 2).scalar),
            3.7416575F);
  EXPECT_EQ(norm({}), 0.0);
  EXPECT_EQ(norm({-5}), 5.0);
  EXPECT_EQ(norm({-0.0, 0.0}), 0.0);
  EXPECT_FALSE(std::signbit(norm({-0.0})));
}

TEST(Norm, NeitherOverflowsNorUnderflowsOnTheWay) {
  for (const std::uint64_t chunks : {1U, 2U}) {
    for (const int exponent : {1020, 600, 0, -300, -530, -600, -1000, -1074}) {
      const double unit = std::ldexp(1.0, exponent);
      EXPECT_EQ(norm({3 * unit, 4 * unit}, chunks), 5 * unit) << exponent;
      EXPECT_EQ(norm({0, 3 * unit, 0, -4 * unit, 0}, chunks), 5 * unit) << exponent;
    }
    EXPECT_EQ(norm({3e300, 5e-324}, chunks), 3e300);
    EXPECT_EQ(norm({0x1p500, 0x1p-1000}, chunks), 0x1p500);
    EXPECT_DOUBLE_EQ(norm({3e-160, 4e-160, 1e-170}, chunks), 5e-160);
    EXPECT_EQ(norm({1.7e308, 1.7e308}, chunks), kInfinity);
  }
  // Middling elements beside large ones, and small ones beside middling ones, still count.
  EXPECT_DOUBLE_EQ(scaled_norm({0x1p487 * 3, 0x1p486 * 8}), 0x1p487 * 5);
  EXPECT_DOUBLE_EQ(scaled_norm({0x1p-511 * 3, 0x1p-512 * 1.5}), 0x1p-511 * std::hypot(3, 0.75));
  using Limits = std::numeric_limits<long double>;
  const long double huge = Limits::max() / 8;
  EXPECT_EQ(std::get<long double>(run_reduction<long double>("norm", {3 * huge, 4 * huge}).scalar), 5 * huge);
  const long double tiny = Limits::min();
  EXPECT_EQ(std::get<long double>(run_reduction<long double>("norm", {3 * tiny, 4 * tiny}, 2).scalar),
            5 * tiny);
}

TEST(Norm, KnowsNaNAndInfinitiesAnywhere) {
  for (const std::size_t size : {2U, 40U, 3000U}) {
    std::vector<double> data(size, -1e200);
    data[size / 2] = -kInfinity;
    EXPECT_EQ(norm(data), kInfinity);
    EXPECT_EQ(norm(data, 2), kInfinity);
    data[0] = -kNaN;
    EXPECT_TRUE(std::isnan(norm(data, 2)));
    EXPECT_FALSE(std::signbit(norm(data)));
    std::vector<float> floats(size, 1);
    floats[size - 1] = -std::numeric_limits<float>::infinity();
    EXPECT_EQ(std::get<float>(run_reduction<float>("norm", floats, 2).scalar),
              std::numeric_limits<float>::infinity());
  }
}

TEST(Norm, OfFloatsNeedsNoSecondPass) {
  std::vector<float> floats{3e38F, 1e-45F};
  EXPECT_TRUE(run_row<float>(*find("norm"), floats, 1).has_value());
  floats = {3e-45F, 4e-45F};
  EXPECT_TRUE(run_row<float>(*find("norm"), floats, 1).has_value());
  floats = {0, 0};
  EXPECT_TRUE(run_row<float>(*find("norm"), floats, 1).has_value());
}

}  // namespace
}  // namespace shmkit::kernel
