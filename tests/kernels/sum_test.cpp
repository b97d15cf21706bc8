#include <gtest/gtest.h>

#include <algorithm>

#include "kernels/exact_sum.hpp"
#include "kernels/run_kernel.hpp"
#include "kernels/samples.hpp"

// The oracle: ExactSum, which has tests of its own, rounded to the dtype; for integers a loop in 64-bit
// arithmetic.
namespace shmkit::kernel {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

using Floats = ::testing::Types<float16, float, double>;
using Integers = ::testing::Types<bool, std::int8_t, std::uint8_t, std::int16_t, std::uint16_t, std::int32_t,
                                  std::uint32_t, std::int64_t, std::uint64_t>;

template <Element T>
double as_double(T x) {
  if constexpr (std::is_same_v<T, float16>)
    return static_cast<float>(x);
  else
    return x;
}

template <Element T>
using Result = std::conditional_t<std::is_same_v<T, float16>, float, T>;

template <Element T>
T result(const Value& value) {
  EXPECT_EQ(value.dtype.kind(), KindOf<T>::value);
  return static_cast<T>(std::get<Result<T>>(value.scalar));
}

template <Element T>
bool within_one_ulp(T a, T b) {
  if constexpr (std::is_same_v<T, float16>)
    return std::abs(sort_key(a) - sort_key(b)) <= 1;
  else
    return a == b || std::nextafter(a, b) == b;
}

template <Element T>
double exact(const std::vector<T>& data) {
  ExactSum sum;
  for (const T x : data) sum.add(as_double(x));
  return sum.round();
}

template <Element T>
void expect_sum_and_mean(const std::vector<T>& data, std::uint64_t chunks) {
  const double sum = exact(data);
  const double mean = sum / static_cast<double>(data.size());
  EXPECT_TRUE(within_one_ulp(result<T>(run_reduction<T>("sum", data, chunks)), narrow<T>(sum)))
      << data.size();
  EXPECT_TRUE(within_one_ulp(result<T>(run_reduction<T>("mean", data, chunks)), narrow<T>(mean)))
      << data.size();
  auto copy = data;
  const auto full = run_row<T>(*find("sum")->exact, copy, chunks);
  ASSERT_TRUE(full.has_value());
  EXPECT_TRUE(same_bits(*full, make_value(narrow<T>(sum)))) << data.size();
}

template <Element T>
constexpr int kRange = std::is_same_v<T, float16> ? 12
                       : std::is_same_v<T, float> ? 120
                                                  : 1000;

template <Element T>
constexpr int kSubnormal = std::is_same_v<T, float16> ? -22
                           : std::is_same_v<T, float> ? -147
                                                      : -1070;

enum class Data { plain, wide, cancelling, subnormal };

template <Element T>
std::vector<T> numbers(Data kind, std::size_t size, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal;
  std::vector<T> data;
  while (data.size() < size) {
    int exponent = 0;
    if (kind == Data::wide || kind == Data::cancelling)
      exponent = static_cast<int>(random() % (2 * kRange<T>)) - kRange<T>;
    if (kind == Data::subnormal) exponent = kSubnormal<T>;
    data.push_back(narrow<T>(std::ldexp(normal(random), exponent)));
    if (kind == Data::cancelling && data.size() < size) data.push_back(narrow<T>(-as_double(data.back())));
  }
  std::shuffle(data.begin(), data.end(), random);
  return data;
}

template <class T>
class FloatSum : public ::testing::Test {};
TYPED_TEST_SUITE(FloatSum, Floats);

TYPED_TEST(FloatSum, IsWithinOneUlpForEverySizeAndCondition) {
  for (const Data kind : {Data::plain, Data::wide, Data::cancelling, Data::subnormal}) {
    for (const std::size_t size : kSizes) {
      expect_sum_and_mean<TypeParam>(numbers<TypeParam>(kind, size, size), 1);
      if (size >= 7) expect_sum_and_mean<TypeParam>(numbers<TypeParam>(kind, size, size + 1), 7);
    }
  }
}

TYPED_TEST(FloatSum, OfNumbersThatAllCancelIsPositiveZero) {
  std::vector<TypeParam> data;
  for (const float x : {1.0F, 0.1F, 3.14159F, 1e-3F}) {
    data.push_back(TypeParam(x));
    data.push_back(TypeParam(-x));
  }
  EXPECT_TRUE(same_bits(run_reduction<TypeParam>("sum", data, 3), make_value(TypeParam(0.0F))));
  EXPECT_TRUE(same_bits(run_reduction<TypeParam>("sum", {TypeParam(-0.0F)}), make_value(TypeParam(0.0F))));
}

TYPED_TEST(FloatSum, OfNothingIsZeroAndTheMeanNaN) {
  EXPECT_TRUE(same_bits(run_reduction<TypeParam>("sum", {}), make_value(TypeParam(0.0F))));
  EXPECT_TRUE(same_bits(run_reduction<TypeParam>("mean", {}), make_value(narrow<TypeParam>(kNaN))));
}

TYPED_TEST(FloatSum, KnowsNaNAndInfinitiesAnywhere) {
  for (const std::size_t size : {3U, 31U, 100U, 3000U}) {
    for (std::size_t at = 0; at + 1 < size; at += size / 9 + 1) {
      const auto with = [&](double first, double last) {
        std::vector<TypeParam> data(size, TypeParam(1.5F));
        data[at] = narrow<TypeParam>(first);
        data[size - 1] = narrow<TypeParam>(last);
        const auto value = run_reduction<TypeParam>("sum", data, 2);
        EXPECT_TRUE(same_bits(*run_row<TypeParam>(*find("sum")->exact, data, 2), value));
        return value;
      };
      EXPECT_TRUE(same_bits(with(kInfinity, 1), make_value(narrow<TypeParam>(kInfinity))));
      EXPECT_TRUE(same_bits(with(-kInfinity, -kInfinity), make_value(narrow<TypeParam>(-kInfinity))));
      EXPECT_TRUE(same_bits(with(kInfinity, -kInfinity), make_value(narrow<TypeParam>(kNaN))));
      EXPECT_TRUE(same_bits(with(-kNaN, kInfinity), make_value(narrow<TypeParam>(kNaN))));
    }
  }
}

TEST(Sum, KeepsWhatCancellationUncovers) {
  for (const std::uint64_t chunks : {1U, 2U, 5U}) {
    EXPECT_EQ(result<double>(run_reduction<double>("sum", {1e200, 1e100, 1, -1e100, -1e200}, chunks)), 1.0);
    EXPECT_EQ(result<double>(run_reduction<double>("mean", {1e200, 1e100, 1, -1e100, -1e200}, chunks)), 0.2);
  }
}

TEST(Sum, SurvivesOverflowOnTheWay) {
  for (const std::uint64_t chunks : {1U, 2U, 3U}) {
    EXPECT_EQ(result<double>(run_reduction<double>("sum", {1e308, 1e308, -1e308}, chunks)), 1e308);
    EXPECT_EQ(result<double>(run_reduction<double>("sum", {1e308, 1e308, 1e308}, chunks)), kInfinity);
    EXPECT_EQ(result<double>(run_reduction<double>("sum", {1e308, 1e308, -kInfinity}, chunks)), -kInfinity);
  }
  std::vector<double> lane(64, 0.0);
  lane[0] = lane[32] = 1e308;  // These two meet in one lane.
  EXPECT_EQ(result<double>(run_reduction<double>("sum", lane)), kInfinity);
  lane[1] = -1e308;
  EXPECT_EQ(result<double>(run_reduction<double>("sum", lane)), 1e308);
}

TEST(Sum, OfFloat16OverflowsAndItsMeanDoesNot) {
  const std::vector<float16> data(1000, float16(1000.0F));
  EXPECT_EQ(std::get<float>(run_reduction<float16>("sum", data, 3).scalar),
            std::numeric_limits<float>::infinity());
  EXPECT_EQ(std::get<float>(run_reduction<float16>("mean", data, 3).scalar), 1000.0F);
}

TEST(Sum, OfWellConditionedDataNeedsNoSecondPass) {
  auto data = numbers<double>(Data::plain, 33000, 5);
  EXPECT_TRUE(run_row<double>(*find("sum"), data, 3).has_value());
  EXPECT_TRUE(run_row<double>(*find("mean"), data, 3).has_value());
  auto floats = numbers<float>(Data::plain, 33000, 5);
  EXPECT_TRUE(run_row<float>(*find("sum"), floats, 3).has_value());
}

TEST(Sum, OfComplexNumbersIsTakenPartByPart) {
  using C = std::complex<double>;
  const auto real = numbers<double>(Data::cancelling, 3001, 8);
  const auto imaginary = numbers<double>(Data::wide, 3001, 9);
  std::vector<C> data;
  for (std::size_t i = 0; i < real.size(); ++i) data.emplace_back(real[i], imaginary[i]);
  for (const std::uint64_t chunks : {1U, 4U}) {
    const auto sum = std::get<C>(run_reduction<C>("sum", data, chunks).scalar);
    EXPECT_TRUE(within_one_ulp(sum.real(), exact(real)));
    EXPECT_TRUE(within_one_ulp(sum.imag(), exact(imaginary)));
  }
  data[7] = {real[7], kInfinity};
  const auto sum = std::get<C>(run_reduction<C>("sum", data).scalar);
  EXPECT_TRUE(within_one_ulp(sum.real(), exact(real)));
  EXPECT_EQ(sum.imag(), kInfinity);
  EXPECT_EQ(
      std::get<std::complex<float>>(run_reduction<std::complex<float>>("mean", {{1, 2}, {2, -7}}).scalar),
      std::complex<float>(1.5F, -2.5F));
}

TEST(Sum, OfLongDoublesIsCompensated) {
  std::vector<long double> data = {1, std::numeric_limits<long double>::epsilon() / 2};
  data.resize(1025, std::numeric_limits<long double>::epsilon() / 2);
  const long double expected = 1 + 512 * std::numeric_limits<long double>::epsilon();
  EXPECT_EQ(result<long double>(run_reduction<long double>("sum", data)), expected);
  EXPECT_EQ(result<long double>(run_reduction<long double>("sum", data, 5)), expected);
  EXPECT_EQ(result<long double>(run_reduction<long double>("mean", {1.0L, 2.0L}, 2)), 1.5L);
  EXPECT_EQ(result<long double>(run_reduction<long double>("sum", {})), 0.0L);
  EXPECT_TRUE(std::isnan(result<long double>(run_reduction<long double>("mean", {}))));
  EXPECT_EQ(result<long double>(
                run_reduction<long double>("sum", {1.0L, static_cast<long double>(kInfinity), 2.0L})),
            kInfinity);
}

template <class T>
class IntegerSum : public ::testing::Test {};
TYPED_TEST_SUITE(IntegerSum, Integers);

TYPED_TEST(IntegerSum, WrapsAt64BitsInTheWidestTypeOfItsSign) {
  using Sum = std::conditional_t<std::is_signed_v<TypeParam> || std::is_same_v<TypeParam, bool>, std::int64_t,
                                 std::uint64_t>;
  for (const std::size_t size : kSizes) {
    const auto data = samples<TypeParam>(size, size);
    std::uint64_t expected = 0;
    for (const auto x : data)
      expected += std::is_same_v<TypeParam, bool> ? x != 0 : static_cast<std::uint64_t>(x);
    for (const std::uint64_t chunks : {std::uint64_t{1}, std::min<std::uint64_t>(size, 6)}) {
      EXPECT_TRUE(
          same_bits(run_reduction<TypeParam>("sum", data, chunks), make_value(static_cast<Sum>(expected))))
          << size;
    }
  }
  EXPECT_TRUE(same_bits(run_reduction<TypeParam>("sum", {}), make_value(Sum{0})));
}

TYPED_TEST(IntegerSum, HasAMeanThatDoesNotWrap) {
  for (const std::size_t size : {1U, 2U, 1000U, 5000U}) {
    const auto extreme = std::numeric_limits<TypeParam>::max();
    const std::vector<Stored<TypeParam>> data(size, extreme);
    EXPECT_EQ(std::get<double>(run_reduction<TypeParam>("mean", data, 2).scalar),
              static_cast<double>(extreme));
    const auto lowest = std::numeric_limits<TypeParam>::min();
    const std::vector<Stored<TypeParam>> low(size, lowest);
    EXPECT_EQ(std::get<double>(run_reduction<TypeParam>("mean", low).scalar), static_cast<double>(lowest));
  }
  EXPECT_TRUE(std::isnan(std::get<double>(run_reduction<TypeParam>("mean", {}).scalar)));
}

TEST(Mean, OfIntegersIsTakenFromTheExactSum) {
  constexpr auto kTop = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(std::get<double>(run_reduction<std::int64_t>("mean", {kTop, kTop, 3, -kTop, -kTop, 0}).scalar),
            0.5);
}

}  // namespace
}  // namespace shmkit::kernel
