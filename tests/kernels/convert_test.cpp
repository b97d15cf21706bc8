#include "kernels/convert.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <sstream>

#include "kernels/convert_table.hpp"
#include "kernels/run_kernel.hpp"
#include "kernels/samples.hpp"

// The oracle: NumPy's astype(), printed by it; the rules of convert.hpp where C leaves a conversion open.
namespace shmkit::kernel {
namespace {

template <class T>
Column column_of(std::vector<T>& data, Kind kind) {
  return {kind, reinterpret_cast<std::byte*>(data.data())};
}

template <Element From, Element To>
std::vector<Stored<To>> converted(std::vector<Stored<From>> data) {
  std::vector<Stored<To>> result(data.size());
  convert(column_of(data, KindOf<From>::value), column_of(result, KindOf<To>::value), data.size());
  return result;
}

template <Element T>
Stored<T> parse(const std::string& text) {
  if constexpr (kIsComplex<T>) {
    using Part = typename T::value_type;
    const std::size_t comma = text.find(',');
    return {parse<Part>(text.substr(0, comma)), parse<Part>(text.substr(comma + 1))};
  } else if constexpr (std::is_integral_v<T>) {
    return text.starts_with('-') ? static_cast<Stored<T>>(std::strtoll(text.c_str(), nullptr, 10))
                                 : static_cast<Stored<T>>(std::strtoull(text.c_str(), nullptr, 10));
  } else if constexpr (std::is_same_v<T, long double>) {
    return std::strtold(text.c_str(), nullptr);
  } else {
    return narrow<T>(std::strtod(text.c_str(), nullptr));
  }
}

template <Element T>
std::vector<Stored<T>> parse_all(const std::string& text) {
  std::vector<Stored<T>> numbers;
  std::istringstream words(text);
  for (std::string word; words >> word;) numbers.push_back(parse<T>(word));
  return numbers;
}

struct Row {
  std::string from;
  std::string to;
  std::string numbers;
  std::string results;
};

std::vector<Row> table() {
  std::vector<Row> rows;
  std::istringstream lines(kConvertTable);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream fields(line);
    Row row;
    std::getline(fields, row.from, '|');
    std::getline(fields, row.to, '|');
    std::getline(fields, row.numbers, '|');
    std::getline(fields, row.results);
    rows.push_back(row);
  }
  return rows;
}

TEST(Convert, DoesWithEveryPairOfKindsWhatNumPyDoes) {
  const auto rows = table();
  ASSERT_EQ(rows.size(), 15U * 15U);
  for (const Row& row : rows) {
    visit_kind(DType::parse(row.from).kind(), [&]<Element From>() {
      visit_kind(DType::parse(row.to).kind(), [&]<Element To>() {
        const auto results = converted<From, To>(parse_all<From>(row.numbers));
        EXPECT_FALSE(results.empty());
        EXPECT_TRUE(same_bits(results, parse_all<To>(row.results))) << row.from << " to " << row.to;
      });
    });
  }
}

template <class T>
class ConvertReals : public ::testing::Test {
 protected:
  template <Element I>
  static void expect(const std::vector<I>& expected) {
    constexpr auto kNan = std::numeric_limits<T>::quiet_NaN();
    constexpr auto kInfinity = std::numeric_limits<T>::infinity();
    const std::vector<T> data{kNan,  kInfinity, -kInfinity, -1.5F,     3e9F,
                              -3e9F, 0x1p63F,   -0x1p63F,   0x1.8p63F, 0x1p64F};
    EXPECT_EQ((converted<T, I>(data)), expected) << DType(KindOf<I>::value).name();
  }
};
using WideReals = ::testing::Types<float, double, long double>;
TYPED_TEST_SUITE(ConvertReals, WideReals);

TYPED_TEST(ConvertReals, GoesByWayOfASignedTypeWhereCLeavesItOpen) {
  constexpr auto kMin32 = std::numeric_limits<std::int32_t>::min();
  constexpr auto kMin64 = std::numeric_limits<std::int64_t>::min();
  constexpr auto kHalf = std::uint64_t{1} << 63U;
  this->template expect<std::int8_t>({0, 0, 0, -1, 0, 0, 0, 0, 0, 0});
  this->template expect<std::uint8_t>({0, 0, 0, 255, 0, 0, 0, 0, 0, 0});
  this->template expect<std::int16_t>({0, 0, 0, -1, 0, 0, 0, 0, 0, 0});
  this->template expect<std::uint16_t>({0, 0, 0, 65535, 0, 0, 0, 0, 0, 0});
  this->template expect<std::int32_t>(
      {kMin32, kMin32, kMin32, -1, kMin32, kMin32, kMin32, kMin32, kMin32, kMin32});
  this->template expect<std::uint32_t>({0, 0, 0, 4294967295, 3000000000, 1294967296, 0, 0, 0, 0});
  this->template expect<std::int64_t>(
      {kMin64, kMin64, kMin64, -1, 3000000000, -3000000000, kMin64, kMin64, kMin64, kMin64});
  this->template expect<std::uint64_t>({kHalf, 0, kHalf, ~std::uint64_t{0}, 3000000000,
                                        0 - std::uint64_t{3000000000}, kHalf, kHalf, 3 * (kHalf / 2), 0});
}

TEST(Convert, TruncatesIntegersAtTheEdgesOfTheirRange) {
  EXPECT_EQ((converted<double, std::int32_t>({2147483647.9, -2147483648.9, 2147483648.0, -2147483649.0})),
            (std::vector<std::int32_t>{2147483647, -2147483647 - 1, -2147483647 - 1, -2147483647 - 1}));
  EXPECT_EQ((converted<double, std::uint8_t>({255.9, 256, 511, -0.9, -1, 1e6})),
            (std::vector<std::uint8_t>{255, 0, 255, 0, 255, 64}));
  EXPECT_EQ((converted<double, std::int64_t>({0x1.fffffffffffffp62, -0x1p63})),
            (std::vector<std::int64_t>{9223372036854774784, std::numeric_limits<std::int64_t>::min()}));
  EXPECT_EQ((converted<float16, std::uint64_t>({float16(-3.5F), float16(65504.0F)})),
            (std::vector<std::uint64_t>{0 - std::uint64_t{3}, 65504}));
}

TEST(Convert, KeepsNaNAndInfinities) {
  constexpr auto kInfinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ((converted<double, float>({kInfinity, -kInfinity, 1e39})),
            (std::vector<float>{HUGE_VALF, -HUGE_VALF, HUGE_VALF}));
  EXPECT_TRUE(std::isnan(converted<double, float>({std::nan("")})[0]));
  EXPECT_TRUE(is_nan<float16>(converted<double, float16>({std::nan("")})[0]));
  EXPECT_TRUE(std::isnan(converted<float16, long double>({quiet_nan<float16>()})[0]));
  EXPECT_EQ((converted<double, bool>({std::nan(""), -0.0})), (std::vector<std::uint8_t>{1, 0}));
  EXPECT_EQ((converted<std::complex<float>, bool>({{0, 1}, {std::nanf(""), 0}, {-0.0F, 0}})),
            (std::vector<std::uint8_t>{1, 1, 0}));
}

TEST(Convert, TakesEveryByteButZeroForTrue) {
  EXPECT_EQ((converted<bool, std::int32_t>({0, 1, 2, 255})), (std::vector<std::int32_t>{0, 1, 1, 1}));
  EXPECT_EQ((converted<bool, double>({255})), std::vector<double>{1});
  EXPECT_EQ((converted<bool, bool>({255, 0})), (std::vector<std::uint8_t>{255, 0}));
}

TEST(Convert, LeavesWhatIsTheSameRangeAndTakesNone) {
  std::vector<double> data{1, 2, 3};
  convert(column_of(data, Kind::float64), column_of(data, Kind::float64), 3);
  EXPECT_EQ(data, (std::vector<double>{1, 2, 3}));
  convert({Kind::float64, nullptr}, {Kind::int8, nullptr}, 0);
}

// Every bit pattern of float16 that is a number comes back from every wider kind.
template <class T>
class ConvertHalves : public ::testing::Test {};
using WiderKinds = ::testing::Types<float, double, long double, std::complex<float>, std::complex<double>>;
TYPED_TEST_SUITE(ConvertHalves, WiderKinds);

TYPED_TEST(ConvertHalves, ComeBackFromWiderKinds) {
  std::vector<float16> halves;
  for (unsigned bits = 0; bits < 0x10000U; ++bits) {
    float16 half;
    half.bits = static_cast<std::uint16_t>(bits);
    if (!is_nan<float16>(half)) halves.push_back(half);
  }
  EXPECT_TRUE(same_bits(converted<TypeParam, float16>(converted<float16, TypeParam>(halves)), halves));
}

}  // namespace
}  // namespace shmkit::kernel
