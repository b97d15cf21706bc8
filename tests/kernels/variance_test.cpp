#include <gtest/gtest.h>

#include <cmath>

#include "kernels/run_kernel.hpp"
#include "kernels/samples.hpp"

// The oracle: two passes in long double, where that has more bits; values from numpy.var and numpy.std 1.24.
namespace shmkit::kernel {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

double variance(const std::vector<double>& data, std::uint64_t chunks = 1, const char* ddof = "0") {
  return std::get<double>(run_reduction<double>("var", data, chunks, {{"ddof", ddof}}).scalar);
}

double deviation(const std::vector<double>& data, std::uint64_t chunks = 1, const char* ddof = "0") {
  return std::get<double>(run_reduction<double>("std", data, chunks, {{"ddof", ddof}}).scalar);
}

template <class T>
long double two_passes(const std::vector<T>& data) {
  const auto size = static_cast<long double>(data.size());
  const auto moved = [&](T x) { return static_cast<long double>(x) - static_cast<long double>(data[0]); };
  long double mean = 0;
  for (const T x : data) mean += moved(x) / size;
  long double squares = 0;
  for (const T x : data) squares += (moved(x) - mean) * (moved(x) - mean);
  return squares / size;
}

TEST(Variance, IsNumPys) {
  const std::vector<double> powers{1, 2, 4, 8, 16};
  EXPECT_DOUBLE_EQ(variance(powers), 29.76);
  EXPECT_DOUBLE_EQ(variance(powers, 2, "1"), 37.2);
  EXPECT_DOUBLE_EQ(deviation(powers), 5.455272678794343);
  EXPECT_DOUBLE_EQ(deviation(powers, 3, "2"), 7.042726744663605);
  EXPECT_EQ(variance({1, 2}, 1, "-1"), 0.5 / 3);
  EXPECT_EQ(std::get<double>(run_reduction<std::int8_t>("var", {1, 2, 3, 4}, 2).scalar), 1.25);
  EXPECT_DOUBLE_EQ(std::get<double>(run_reduction<bool>("std", {1, 0, 255}).scalar), 0.4714045207910317);
  EXPECT_DOUBLE_EQ(
      std::get<double>(run_reduction<std::complex<double>>("var", {{1, 2}, {3, -1}, {0, 5}}, 2).scalar),
      7.555555555555556);
  EXPECT_FLOAT_EQ(
      std::get<float>(run_reduction<std::complex<float>>("std", {{1, 2}, {3, -1}, {0, 5}}).scalar),
      2.748737F);
}

TEST(Variance, OfTooFewElementsIsNumPys) {
  EXPECT_TRUE(std::isnan(variance({})));
  EXPECT_TRUE(std::isnan(deviation({})));
  EXPECT_EQ(variance({7}), 0.0);
  EXPECT_TRUE(std::isnan(variance({7}, 1, "1")));
  EXPECT_EQ(variance({1, 2}, 1, "2"), kInfinity);
  EXPECT_EQ(deviation({1, 2}, 2, "3"), kInfinity);
  EXPECT_TRUE(std::isnan(variance({1, 1}, 2, "2")));
  EXPECT_FALSE(std::signbit(variance({1, 1}, 2, "2")));
}

TEST(Variance, OfWhatIsNotFiniteIsNaN) {
  for (const std::size_t size : {1U, 2U, 40U, 5000U}) {
    for (const double special : {kNaN, -kNaN, kInfinity, -kInfinity}) {
      std::vector<double> data(size, 1.5);
      data[size * 2 / 3] = special;
      EXPECT_TRUE(std::isnan(variance(data, size > 1 ? 2 : 1)));
      EXPECT_FALSE(std::signbit(deviation(data)));
      std::vector<std::complex<float>> complex(size, {1, 1});
      complex[size / 2] = {1, static_cast<float>(special)};
      EXPECT_TRUE(std::isnan(std::get<float>(run_reduction<std::complex<float>>("var", complex).scalar)));
    }
  }
}

template <class T>
class VarianceOf : public ::testing::Test {};
TYPED_TEST_SUITE(VarianceOf, AllElements);

TYPED_TEST(VarianceOf, AgreesWithTwoPassesInLongDouble) {
  using T = TypeParam;
  if constexpr (!kIsComplex<T>) {
    for (const std::size_t size : kSizes) {
      const auto data = samples<T>(size, size);
      std::vector<long double> wide;
      for (const auto x : data) wide.push_back(as_wide<T>(x));
      const auto expected = static_cast<double>(two_passes(wide));
      for (const std::uint64_t chunks : {std::size_t{1}, std::min<std::size_t>(size, 5)}) {
        const double result = real_result(run_reduction<T>("var", data, chunks));
        const double unit = std::is_same_v<T, float16> ? 0x1p-11
                            : std::is_same_v<T, float> ? 0x1p-24
                                                       : 0x1p-50;
        EXPECT_NEAR(result, expected, unit * expected) << size;
      }
    }
  } else {
    const auto data = samples<T>(1000, 3);
    std::vector<typename T::value_type> real;
    std::vector<typename T::value_type> imaginary;
    for (const auto x : data) {
      real.push_back(x.real());
      imaginary.push_back(x.imag());
    }
    const auto expected = static_cast<double>(two_passes(real) + two_passes(imaginary));
    const Value value = run_reduction<T>("var", data, 3);
    EXPECT_NEAR(static_cast<double>(std::get<typename T::value_type>(value.scalar)), expected,
                0x1p-24 * expected);
  }
}

// A mean far from zero is what one-pass formulae get wrong.
TEST(Variance, SurvivesALargeMean) {
  std::mt19937_64 random(1);
  std::normal_distribution<double> normal;
  for (const double mean : {1e3, 1e9, 1e13}) {
    std::vector<double> data(100000);
    for (double& x : data) x = mean + normal(random);
    const auto expected = static_cast<double>(two_passes(data));
    for (const std::uint64_t chunks : {1U, 10U})
      EXPECT_NEAR(variance(data, chunks), expected, 1e-13 * expected);
  }
}

TEST(Variance, OfEqualElementsIsZero) {
  for (const double x : {0.0, 0.1, -1e308, 1e-320}) {
    EXPECT_EQ(variance(std::vector<double>(5000, x), 3), 0.0) << x;
    EXPECT_EQ(deviation(std::vector<double>(5000, x), 3), 0.0) << x;
  }
}

TEST(Variance, NeitherOverflowsNorUnderflowsOnTheWay) {
  for (const std::uint64_t chunks : {1U, 2U}) {
    EXPECT_EQ(deviation({1e200, -1e200}, chunks), 1e200);
    EXPECT_EQ(variance({1e200, -1e200}, chunks), kInfinity);
    EXPECT_EQ(deviation({0x1p1023, -0x1p1023}, chunks), 0x1p1023);
    EXPECT_DOUBLE_EQ(deviation({1e-200, -1e-200}, chunks), 1e-200);
    EXPECT_EQ(variance({1e-200, -1e-200}, chunks), 0.0);
    EXPECT_EQ(deviation({0x1p-1074, -0x1p-1074}, chunks), 0x1p-1074);
    using C = std::complex<double>;
    const std::vector<C> beside{{1e300, 1e-200}, {1e300, -1e-200}};
    EXPECT_DOUBLE_EQ(std::get<double>(run_reduction<C>("std", beside, chunks).scalar), 1e-200);
  }
  std::vector<double> large(5000, 1e153);
  for (std::size_t i = 0; i < large.size(); i += 2) large[i] = -1e153;
  EXPECT_DOUBLE_EQ(variance(large, 3), 1e306);
}

}  // namespace
}  // namespace shmkit::kernel
