#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "kernels/convert.hpp"
#include "kernels/exact_sum.hpp"
#include "kernels/promote.hpp"
#include "kernels/run_kernel.hpp"
#include "kernels/samples.hpp"

// The oracle: for float64 every product with its error from std::fma, added by ExactSum, which has tests of
// its own; for integers a loop modulo 2^64; for arrays of two kinds the same kernel on converted arrays.
namespace shmkit::kernel {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

template <class T>
Column column(std::vector<T>& data) {
  constexpr Kind kKind = std::is_same_v<T, std::uint8_t> ? Kind::uint8 : KindOf<T>::value;
  return {kKind, reinterpret_cast<std::byte*>(data.data())};
}

Value dot_columns(Column a, Column b, std::uint64_t size, std::uint64_t chunks = 1) {
  const Kernel& row = *find("dot");
  const TestOperands operands{{a, b}, {}, size};
  if (auto value = run_operands(row, operands, chunks, {})) return *value;
  return run_operands(*row.exact, operands, chunks, {}).value();
}

template <class A, class B>
Value dot(std::vector<A> a, std::vector<B> b, std::uint64_t chunks = 1) {
  return dot_columns(column(a), column(b), a.size(), chunks);
}

double dot_doubles(const std::vector<double>& a, const std::vector<double>& b, std::uint64_t chunks = 1) {
  return std::get<double>(dot(a, b, chunks).scalar);
}

double exact(const std::vector<double>& a, const std::vector<double>& b) {
  ExactSum sum;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double product = a[i] * b[i];
    sum.add(product);
    sum.add(std::fma(a[i], b[i], -product));
  }
  return sum.round();
}

double size_of_products(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += std::abs(a[i] * b[i]);
  return sum;
}

// Half of the products cancel the other half but for a little.
std::vector<double> numbers(std::size_t size, std::uint64_t seed, int range) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal;
  std::vector<double> data(size);
  for (double& x : data)
    x = std::ldexp(normal(random), static_cast<int>(random() % static_cast<unsigned>(range)));
  return data;
}

void expect_within_bound(const std::vector<double>& a, const std::vector<double>& b, std::uint64_t chunks) {
  const double expected = exact(a, b);
  const double rows = static_cast<double>(a.size()) / 32 + 5;
  const double bound = 0x1p-53 * std::abs(expected) + rows * rows * 0x1p-106 * size_of_products(a, b);
  EXPECT_NEAR(dot_doubles(a, b, chunks), expected, bound) << a.size();
}

TEST(Dot, OfDoublesIsWithinItsBoundHoweverMuchCancels) {
  for (const std::size_t size : kSizes) {
    auto a = numbers(size, size, 1);
    auto b = numbers(size, size + 1, 1);
    const std::uint64_t chunks = std::min<std::size_t>(size, 5);
    expect_within_bound(a, b, 1);
    expect_within_bound(a, b, chunks);
    a = numbers(size, size, 60);
    b = numbers(size, size + 1, 60);
    for (std::size_t i = 0; i + 1 < size; i += 2) {
      a[i + 1] = -a[i];
      b[i + 1] = b[i] * (1 + 0x1p-40);
    }
    expect_within_bound(a, b, 1);
    expect_within_bound(a, b, chunks);
  }
}

TEST(Dot, KeepsWhatCancellationUncovers) {
  for (const std::uint64_t chunks : {1U, 2U, 4U}) {
    EXPECT_EQ(dot_doubles({1e100, 1, -1e100, 2}, {1, 1, 1, 1}, chunks), 3.0);
    EXPECT_EQ(dot_doubles({1 + 0x1p-30, -1, 0, 0}, {1 - 0x1p-30, 1, 0, 0}, chunks), -0x1p-60);
  }
}

TEST(Dot, OfNothingIsZero) {
  EXPECT_TRUE(same_bits(dot<double, double>({}, {}), make_value(0.0)));
  EXPECT_TRUE(same_bits(dot<std::int16_t, std::int16_t>({}, {}), make_value(std::int16_t{0})));
  EXPECT_TRUE(same_bits(dot<double, double>({-0.0}, {1.0}), make_value(0.0)));
}

TEST(Dot, SurvivesFactorsTooLargeToBeSplit) {
  for (const std::uint64_t chunks : {1U, 2U}) {
    EXPECT_EQ(dot_doubles({0x1p1020, 3}, {0x1p-1000, 1}, chunks), 0x1p20 + 3);
    EXPECT_EQ(dot_doubles({1e308, 1e308, -1e308}, {1, 1, 1}, chunks), 1e308);
    EXPECT_EQ(dot_doubles({1e308, 1e308}, {1, 1}, chunks), kInfinity);
  }
}

TEST(Dot, KnowsNaNAndInfinitiesAnywhere) {
  for (const std::size_t size : {2U, 33U, 3000U}) {
    for (const std::uint64_t chunks : {1U, 2U}) {
      std::vector<double> a(size, 1.5);
      std::vector<double> b(size, 2);
      a[size / 2] = kInfinity;
      EXPECT_EQ(dot_doubles(a, b, chunks), kInfinity);
      b[size / 2] = -1;
      EXPECT_EQ(dot_doubles(a, b, chunks), -kInfinity);
      a[0] = kInfinity;
      EXPECT_TRUE(std::isnan(dot_doubles(a, b, chunks)));
      EXPECT_FALSE(std::signbit(dot_doubles(a, b, chunks)));
      a[0] = 1;
      b[size / 2] = 0;
      EXPECT_TRUE(std::isnan(dot_doubles(a, b, chunks)));
      a[size / 2] = -kNaN;
      EXPECT_TRUE(std::isnan(dot_doubles(a, b, chunks)));
      // A product that overflows is an infinity, as NumPy's.
      a.assign(size, 1e200);
      b.assign(size, 1e200);
      EXPECT_EQ(dot_doubles(a, b, chunks), kInfinity);
    }
  }
}

TEST(Dot, OfShorterFloatsIsRoundedOnce) {
  const auto a = numbers(3001, 1, 4);
  const auto b = numbers(3001, 2, 4);
  const std::vector<float> x(a.begin(), a.end());
  const std::vector<float> y(b.begin(), b.end());
  const double expected = exact({x.begin(), x.end()}, {y.begin(), y.end()});
  for (const std::uint64_t chunks : {1U, 4U})
    EXPECT_EQ(std::get<float>(dot(x, y, chunks).scalar), static_cast<float>(expected));
  EXPECT_EQ(std::get<float>(dot<float, float>({3e38F, 3e38F}, {3e38F, -3e38F}).scalar), 0.0F);
  EXPECT_EQ(std::get<float>(dot<float, float>({3e38F}, {2}).scalar), std::numeric_limits<float>::infinity());
  const Value half =
      dot<float16, float16>({float16(300.0F), float16(-299.0F)}, {float16(300.0F), float16(300.0F)}, 2);
  EXPECT_TRUE(same_bits(half, make_value(float16(300.0F))));
}

TEST(Dot, OfIntegersWrapsInTheirType) {
  EXPECT_TRUE(same_bits(dot<std::int8_t, std::int8_t>({100, 100}, {2, 3}), make_value(std::int8_t{-12})));
  EXPECT_TRUE(same_bits(dot<std::int8_t, std::uint8_t>({100, 100}, {2, 3}), make_value(std::int16_t{500})));
  for (const std::size_t size : kSizes) {
    const auto a = samples<std::int64_t>(size, size);
    const auto b = samples<std::int64_t>(size, size + 1);
    const auto c = samples<std::int16_t>(size, size + 2);
    std::uint64_t wide = 0;
    std::uint64_t mixed = 0;
    std::uint64_t narrow = 0;
    for (std::size_t i = 0; i < size; ++i) {
      wide += static_cast<std::uint64_t>(a[i]) * static_cast<std::uint64_t>(b[i]);
      mixed += static_cast<std::uint64_t>(a[i]) * static_cast<std::uint64_t>(c[i]);
      narrow += static_cast<std::uint64_t>(c[i]) * static_cast<std::uint64_t>(c[i]);
    }
    const std::uint64_t chunks = std::min<std::size_t>(size, 5);
    EXPECT_TRUE(same_bits(dot(a, b, chunks), make_value(static_cast<std::int64_t>(wide))));
    EXPECT_TRUE(same_bits(dot(a, c, chunks), make_value(static_cast<std::int64_t>(mixed))));
    EXPECT_TRUE(same_bits(dot(c, c, chunks), make_value(static_cast<std::int16_t>(narrow))));
  }
}

TEST(Dot, OfBoolsTellsWhetherAnyPairIsTrue) {
  const auto of = [](std::vector<std::uint8_t> a, std::vector<std::uint8_t> b, std::uint64_t chunks) {
    const Column x{Kind::boolean, reinterpret_cast<std::byte*>(a.data())};
    const Column y{Kind::boolean, reinterpret_cast<std::byte*>(b.data())};
    return std::get<bool>(dot_columns(x, y, a.size(), chunks).scalar);
  };
  EXPECT_FALSE(of({}, {}, 1));
  EXPECT_FALSE(of({1, 0, 2}, {0, 1, 0}, 3));
  EXPECT_TRUE(of({1, 0, 2}, {0, 1, 4}, 3));  // 2 & 4 is 0, but both are true.
  std::vector<std::uint8_t> a(5000, 0);
  std::vector<std::uint8_t> b(5000, 1);
  EXPECT_FALSE(of(a, b, 2));
  a.back() = 1;
  EXPECT_TRUE(of(a, b, 2));
}

TEST(Dot, OfComplexNumbersDoesNotConjugate) {
  using C = std::complex<double>;
  EXPECT_TRUE(same_bits(dot<C, C>({{1, 2}, {3, -1}}, {{2, -1}, {0, 1}}), make_value(C(5, 6))));
  for (const std::size_t size : {1U, 100U, 5000U}) {
    const auto parts = numbers(4 * size, size, 8);
    std::vector<C> a;
    std::vector<C> b;
    std::vector<double> real_a, real_b, imaginary_a, imaginary_b;
    for (std::size_t i = 0; i < 4 * size; i += 4) {
      a.emplace_back(parts[i], parts[i + 1]);
      b.emplace_back(parts[i + 2], parts[i + 3]);
      real_a.insert(real_a.end(), {parts[i], -parts[i + 1]});
      real_b.insert(real_b.end(), {parts[i + 2], parts[i + 3]});
      imaginary_a.insert(imaginary_a.end(), {parts[i], parts[i + 1]});
      imaginary_b.insert(imaginary_b.end(), {parts[i + 3], parts[i + 2]});
    }
    const std::uint64_t chunks = std::min<std::size_t>(size, 3);
    const auto value = std::get<C>(dot(a, b, chunks).scalar);
    EXPECT_DOUBLE_EQ(value.real(), exact(real_a, real_b));
    EXPECT_DOUBLE_EQ(value.imag(), exact(imaginary_a, imaginary_b));
    a[size / 2] = {0x1p1010, 0};
    b[size / 2] = {0x1p-1010, 0};
    const auto split = std::get<C>(dot(a, b, chunks).scalar);
    EXPECT_TRUE(std::isfinite(split.real()) && std::isfinite(split.imag()));
    a[size / 2] = {kNaN, 0};
    EXPECT_TRUE(std::isnan(std::get<C>(dot(a, b, chunks).scalar).real()));
  }
  using F = std::complex<float>;
  EXPECT_TRUE(same_bits(dot<F, F>({{1, 2}, {3, -1}}, {{2, -1}, {0, 1}}, 2), make_value(F(5, 6))));
}

TEST(Dot, OfLongDoublesIsCompensated) {
  const long double tiny = std::numeric_limits<long double>::epsilon() / 4;
  EXPECT_EQ(std::get<long double>(dot<long double, long double>({1, tiny, tiny, -1}, {1, 1, 1, 1}, 2).scalar),
            2 * tiny);
  EXPECT_TRUE(std::isnan(std::get<long double>(dot<long double, double>({1, 2}, {1, kNaN}).scalar)));
}

// What dot accepts, and whether blocks are converted as whole arrays are.
TEST(Dot, OfTwoKindsIsThatOfConvertedArrays) {
  constexpr std::size_t kSize = 2500;
  for (int i = 0; i < static_cast<int>(Kind::clongdouble); ++i) {
    for (int j = 0; j < static_cast<int>(Kind::clongdouble); ++j) {
      const std::array kinds{static_cast<Kind>(i), static_cast<Kind>(j)};
      const Kind both = promote(kinds[0], kinds[1]);
      ASSERT_EQ(find("dot")->accepts(kinds), both != Kind::clongdouble);
      if (both == Kind::clongdouble || i == j) continue;
      std::array<std::vector<std::byte>, 2> data;
      std::array<std::vector<std::byte>, 2> converted;
      for (std::size_t side = 0; side < 2; ++side) {
        visit_kind(kinds[side], [&]<Element T>() {
          const auto own = samples<T>(kSize, side);
          const auto* bytes = reinterpret_cast<const std::byte*>(own.data());
          data[side].assign(bytes, bytes + kSize * sizeof(T));
        });
        converted[side].resize(kSize * natural_itemsize(both));
        convert({kinds[side], data[side].data()}, {both, converted[side].data()}, kSize);
      }
      const Value expected = dot_columns({both, converted[0].data()}, {both, converted[1].data()}, kSize, 3);
      const Value value = dot_columns({kinds[0], data[0].data()}, {kinds[1], data[1].data()}, kSize, 3);
      EXPECT_EQ(value.dtype, DType(both));
      if (both == Kind::float64 || both == Kind::complex128 || DType(both).itemsize() == 16)
        continue;  // Up to rounding.
      EXPECT_TRUE(same_bits(value, expected)) << DType(kinds[0]).name() << " " << DType(kinds[1]).name();
    }
  }
}

TEST(Dot, HasTheSameBitsOnEveryInstructionSet) {
  for (const std::size_t size : kSizes) {
    auto a = numbers(size, size, 100);
    auto b = numbers(size, size + 1, 100);
    std::vector<float> x(a.begin(), a.end());
    std::vector<float> y(b.begin(), b.end());
    for (std::size_t i = 0; i < size; i += 7) b[i] = 0x1p-1060;  // Errors of products underflow.
    std::vector<Value> first;
    for_each_target([&](const char* target) {
      const std::uint64_t chunks = std::min<std::size_t>(size, 3);
      const std::vector<Value> results{dot(a, b, 1), dot(a, b, chunks), dot(x, y, chunks), dot(x, b, chunks)};
      if (first.empty()) first = results;
      for (std::size_t i = 0; i < results.size(); ++i)
        EXPECT_TRUE(same_bits(results[i], first[i])) << target << " size " << size << " result " << i;
    });
  }
}

// Where factors cannot be split, or errors of products cannot be found by that: alone, so that they count.
TEST(Dot, OfExtremesHasTheSameBitsOnEveryInstructionSet) {
  for (const auto& [left, right] : {std::pair{1e-155, 1e-155},
                                    {1e-160, 1e-162},
                                    {1e305, 1e-300},
                                    {1e290, 1e-320},
                                    {0.0, 1e308},
                                    {5e-324, 0.3},
                                    {1e-300, 1e7}}) {
    auto a = numbers(1000, 1, 3);
    auto b = numbers(1000, 2, 3);
    for (double& x : a) x *= left;
    for (double& x : b) x *= right;
    std::optional<Value> first;
    SCOPED_TRACE(testing::Message() << left << " * " << right);
    for_each_target([&](const char* target) {
      const Value result = dot(a, b, 3);
      if (!first) first = result;
      EXPECT_TRUE(same_bits(result, *first)) << target;
    });
  }
}

}  // namespace
}  // namespace shmkit::kernel
