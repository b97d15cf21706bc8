#include <gtest/gtest.h>

#include <cmath>

#include "kernels/run_kernel.hpp"
#include "kernels/samples.hpp"
#include "kernels/scaled_product.hpp"

// The oracle: for integers a loop modulo 2^64; for floating-point numbers a loop in long double with the
// exponent apart, within the documented bound, and values that are exact.
namespace shmkit::kernel {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

using Floats = ::testing::Types<float16, float, double, long double>;
using Integers = ::testing::Types<bool, std::int8_t, std::uint8_t, std::int16_t, std::uint16_t, std::int32_t,
                                  std::uint32_t, std::int64_t, std::uint64_t>;

double product(const std::vector<double>& data, std::uint64_t chunks = 1) {
  return std::get<double>(run_reduction<double>("prod", data, chunks).scalar);
}

template <class T>
class IntegerProduct : public ::testing::Test {};
TYPED_TEST_SUITE(IntegerProduct, Integers);

TYPED_TEST(IntegerProduct, WrapsAt64BitsInTheWidestTypeOfItsSign) {
  using P = std::conditional_t<std::is_signed_v<TypeParam> || std::is_same_v<TypeParam, bool>, std::int64_t,
                               std::uint64_t>;
  for (const std::size_t size : kSizes) {
    auto data = samples<TypeParam>(size, size);
    std::mt19937_64 random(size);
    for (auto& x : data) x = static_cast<Stored<TypeParam>>(random() | 1U);  // Odd: never 0 modulo 2^64.
    std::uint64_t expected = 1;
    for (const auto x : data) expected *= std::is_same_v<TypeParam, bool> ? 1 : static_cast<std::uint64_t>(x);
    for (const std::uint64_t chunks : {std::uint64_t{1}, std::min<std::uint64_t>(size, 6)}) {
      EXPECT_TRUE(
          same_bits(run_reduction<TypeParam>("prod", data, chunks), make_value(static_cast<P>(expected))))
          << size;
    }
    data[size / 2] = 0;
    EXPECT_TRUE(same_bits(run_reduction<TypeParam>("prod", data), make_value(P{0})));
  }
  EXPECT_TRUE(same_bits(run_reduction<TypeParam>("prod", {}), make_value(P{1})));
}

template <class T>
class FloatProduct : public ::testing::Test {};
TYPED_TEST_SUITE(FloatProduct, Floats);

// Exponents that add up to nothing, so that the product is of moderate size, its parts are not.
TYPED_TEST(FloatProduct, IsWithinItsBoundWhateverTheExponents) {
  using T = TypeParam;
  constexpr int kRange = std::is_same_v<T, float16> ? 12 : std::is_same_v<T, float> ? 120 : 1000;
  constexpr double kUnit = std::is_same_v<T, float16> ? 0x1p-11
                           : std::is_same_v<T, float> ? 0x1p-24
                                                      : 0x1p-53;
  for (const std::size_t size : kSizes) {
    std::mt19937_64 random(size);
    std::vector<T> data;
    long double mantissa = 1;
    int exponent = 0;
    for (std::size_t i = 0; i < size; ++i) {
      const int wanted =
          exponent > 0 ? -static_cast<int>(random() % kRange) : static_cast<int>(random() % kRange);
      const double x = std::ldexp(0.5 + 0.5 * static_cast<double>(random() >> 12U) * 0x1p-52, wanted);
      data.push_back(narrow<T>(random() % 2 == 0 ? x : -x));
      int own = 0;
      mantissa *= std::frexp(as_wide<T>(data.back()), &own);
      exponent += own;
      mantissa = std::frexp(mantissa, &own);
      exponent += own;
    }
    const auto expected = static_cast<double>(std::ldexp(mantissa, exponent));
    for (const std::uint64_t chunks : {std::size_t{1}, std::min<std::size_t>(size, 5)}) {
      const Value value = run_reduction<T>("prod", data, chunks);
      EXPECT_EQ(value.dtype, DType(KindOf<T>::value));
      const double result = real_result(value);
      const double bound = (static_cast<double>(size) * 0x1p-53 + 2 * kUnit) * std::abs(expected);
      EXPECT_NEAR(result, expected, bound + (std::is_same_v<T, float16> ? 0x1p-25 : 0)) << size;
    }
  }
}

TYPED_TEST(FloatProduct, OfNothingIsOne) {
  EXPECT_TRUE(same_bits(run_reduction<TypeParam>("prod", {}), make_value(TypeParam(1.0F))));
}

TYPED_TEST(FloatProduct, KnowsZerosInfinitiesAndNaNAnywhere) {
  using T = TypeParam;
  for (const std::size_t size : {3U, 31U, 100U, 5000U}) {
    for (std::size_t at = 0; at + 1 < size; at += size / 5 + 1) {
      const auto with = [&](double first, double last) {
        std::vector<T> data(size, T(-1.0F));
        data[at] = narrow<T>(first);
        data[size - 1] = narrow<T>(last);
        return run_reduction<T>("prod", data, 2);
      };
      const double sign = size % 2 == 0 ? 1 : -1;  // Of the others.
      EXPECT_TRUE(same_bits(with(0.0, 2), make_value(narrow<T>(sign * 0.0)))) << size;
      EXPECT_TRUE(same_bits(with(-0.0, 2), make_value(narrow<T>(-sign * 0.0)))) << size;
      EXPECT_TRUE(same_bits(with(kInfinity, 2), make_value(narrow<T>(sign * kInfinity)))) << size;
      EXPECT_TRUE(same_bits(with(kInfinity, 0.0), make_value(narrow<T>(kNaN)))) << size;
      EXPECT_TRUE(same_bits(with(-kNaN, 3), make_value(narrow<T>(kNaN)))) << size;
    }
  }
}

TEST(Product, NeitherOverflowsNorUnderflowsOnTheWay) {
  for (const std::uint64_t chunks : {1U, 2U, 4U}) {
    EXPECT_EQ(product({0x1p1000, 0x1p1000, 0x1p-1000, 0x1p-999}, chunks), 2.0);
    EXPECT_EQ(product({5e-324, 5e-324, 0x1p1000, 0x1p1000, 0x1p148}, chunks), 1.0);
    EXPECT_DOUBLE_EQ(product({1e300, 1e300, 1e-300}, chunks), 1e300);
    EXPECT_EQ(product({1e300, 1e300, 1}, chunks), kInfinity);
    EXPECT_EQ(product({1e-300, -1e-300, 1}, chunks), 0.0);
    EXPECT_EQ(product({0x1p-1074, 1, 1}, chunks), 0x1p-1074);
  }
  std::vector<double> many(10000, 0x1p-1000);
  many.resize(20000, 0x1p1000);
  for (const std::uint64_t chunks : {1U, 3U}) EXPECT_EQ(product(many, chunks), 1.0);
}

TEST(Product, OfFloat16OverflowsAtItsEnd) {
  const std::vector<float16> data(1000, float16(2.0F));
  EXPECT_EQ(std::get<float>(run_reduction<float16>("prod", data, 3).scalar),
            std::numeric_limits<float>::infinity());
}

TEST(Product, OfComplexNumbers) {
  using C = std::complex<double>;
  const auto of = [](std::vector<C> data, std::uint64_t chunks = 1) {
    return std::get<C>(run_reduction<C>("prod", std::move(data), chunks).scalar);
  };
  EXPECT_EQ(of({{1, 2}, {3, -4}}), C(11, 2));
  EXPECT_EQ(of({}), C(1, 0));
  EXPECT_EQ(of({{0x1p1000, 0x1p1000}, {0x1p1000, -0x1p1000}, {0x1p-1000, 0}, {0x1p-1000, 0}, {3, 1}}, 2),
            C(6, 2));
  EXPECT_EQ(of({{0, 0}, {3, 1}}), C(0, 0));
  EXPECT_EQ(of(std::vector<C>(4000, {0, 1})), C(1, 0));
  EXPECT_EQ(of(std::vector<C>(4001, {0, 1}), 7), C(0, 1));
  EXPECT_TRUE(std::isnan(of({{1, kNaN}, {3, 1}}).real()));
  EXPECT_FALSE(std::signbit(of({{1, -kNaN}, {3, 1}}).real()));
  EXPECT_EQ(
      std::get<std::complex<float>>(run_reduction<std::complex<float>>("prod", {{1, 2}, {3, -4}}).scalar),
      std::complex<float>(11, 2));
}

}  // namespace
}  // namespace shmkit::kernel
