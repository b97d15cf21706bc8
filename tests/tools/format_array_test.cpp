#include "format/format_array.hpp"

#include <array>
#include <cstring>
#include <initializer_list>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace shmkit::tool {
namespace {

// The oracle: what print() wrote with NumPy 1.24. A few readable examples; tests/python/test_array_format.py
// compares tens of thousands of arrays with NumPy itself.

template <class T>
std::string shown(const Shape& shape, const std::vector<T>& elements, int width = 75) {
  return format_array(DType(KindOf<T>::value), shape, std::as_bytes(std::span(elements)), width);
}

TEST(FormatArray, AlignsThePoints) {
  EXPECT_EQ(shown<double>({4}, {1, 22.5, -0.125, 100}), "[  1.     22.5    -0.125 100.   ]");
  EXPECT_EQ(shown<float>({2, 2}, {0.1F, 1, 2, 3}), "[[0.1 1. ]\n [2.  3. ]]");
}

TEST(FormatArray, UsesExponentsWhereTheRangeIsWide) {
  EXPECT_EQ(shown<double>({2}, {1, 1e-5}), "[1.e+00 1.e-05]");
  EXPECT_EQ(shown<double>({2}, {1, 1001}), "[1.000e+00 1.001e+03]");
  EXPECT_EQ(shown<double>({2}, {1, 1000}), "[   1. 1000.]");
  EXPECT_EQ(shown<double>({1}, {1e100}), "[1.e+100]");
}

TEST(FormatArray, RoundsToEightDigits) {
  EXPECT_EQ(shown<double>({2}, {1.0 / 3, 2.0 / 3}), "[0.33333333 0.66666667]");
}

TEST(FormatArray, MakesRoomForWhatIsNotFinite) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(shown<double>({3}, {1, kNaN, -kInfinity}), "[  1.  nan -inf]");
  EXPECT_EQ(shown<double>({2}, {kNaN, kInfinity}), "[nan inf]");
}

TEST(FormatArray, WritesTheExactDigitsBeforeThePoint) {
  EXPECT_EQ(shown<float16>({1}, {float16(17088.0F)}), "[17088.]");
}

TEST(FormatArray, WritesComplexNumbers) {
  EXPECT_EQ(shown<std::complex<double>>({2}, {{1, 2.5}, {-1, 1e9}}), "[ 1.+2.5e+00j -1.+1.0e+09j]");
}

TEST(FormatArray, SeparatesBlocksByEmptyLines) {
  EXPECT_EQ(shown<std::int32_t>({2, 1, 2}, {1, 2, 3, 4}), "[[[1 2]]\n\n [[3 4]]]");
}

TEST(FormatArray, WrapsLines) {
  EXPECT_EQ(shown<std::int32_t>({5}, {1, 2, 3, 4, 5}, 9), "[1 2 3 4\n 5]");
  EXPECT_EQ(shown<std::int32_t>({2}, {123456789, 1}, 5), "[123456789\n         1]");
}

TEST(FormatArray, WritesArraysOfRankZeroAsTheirElement) {
  EXPECT_EQ(shown<double>({}, {0.1}), "0.1");
  const std::byte two{2};  // Not 0: true, whatever else it is.
  EXPECT_EQ(format_array(Kind::boolean, {}, std::span(&two, 1)), "True");
}

TEST(FormatArray, WritesNoElementsAsBrackets) {
  EXPECT_EQ(shown<double>({0}, {}), "[]");
  EXPECT_EQ(shown<double>({0, 3}, {}), "[]");
}

TEST(FormatArray, WritesTimesWithoutAUnitAsNumbers) {
  const std::array<std::int64_t, 2> times = {-5, std::numeric_limits<std::int64_t>::min()};
  const DType dtype = DType::time(Kind::datetime64, TimeUnit::generic);
  EXPECT_EQ(format_array(dtype, {2}, std::as_bytes(std::span(times))), "[   -5 'NaT']");
}

TEST(FormatArray, ReadsOnlyWhatItShows) {
  // A single element stands for 2^40: a scan would not end, and the time limit of the tests would tell.
  const double element = 1.5;
  const View view{
      Kind::float64, Shape{std::uint64_t{1} << 40U}, {0}, std::as_bytes(std::span(&element, 1)).data()};
  EXPECT_EQ(format_array(view), "[1.5 1.5 1.5 ... 1.5 1.5 1.5]");
}

TEST(FormatArray, ReadsUnalignedElements) {
  std::array<std::byte, 1 + 2 * sizeof(double)> memory{};
  const std::array<double, 2> values = {1, 2};
  std::memcpy(memory.data() + 1, values.data(), sizeof values);
  EXPECT_EQ(format_array(Kind::float64, {2}, std::span(memory).subspan(1)), "[1. 2.]");
}

}  // namespace
}  // namespace shmkit::tool
