#include "format/value_text.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace shmkit::tool {
namespace {

// The oracle: what print() wrote for the scalars of NumPy 1.24.

using Limits = std::numeric_limits<double>;

TEST(ValueText, WritesIntegersAndBoolsAsPythonDoes) {
  EXPECT_EQ(value_text(make_value(true)), "True");
  EXPECT_EQ(value_text(make_value(false)), "False");
  EXPECT_EQ(value_text(make_value(std::numeric_limits<std::int64_t>::min())), "-9223372036854775808");
  EXPECT_EQ(value_text(make_value(std::numeric_limits<std::uint64_t>::max())), "18446744073709551615");
  EXPECT_EQ(value_text(make_value(std::int8_t{-3})), "-3");
}

TEST(ValueText, WritesTheShortestDigitsOfItsType) {
  EXPECT_EQ(value_text(make_value(0.1F)), "0.1");
  EXPECT_EQ(value_text(make_value(0.9999999963)), "0.9999999963");
  EXPECT_EQ(value_text(make_value(float16(0.1F))), "0.1");
  EXPECT_EQ(value_text(make_value(123456789.0F)), "123456790.0");
  EXPECT_EQ(value_text(make_value(1.0L)), "1.0");
}

TEST(ValueText, UsesAnExponentOutsideOf1e_4To1e16) {
  EXPECT_EQ(value_text(make_value(1e-4)), "0.0001");
  EXPECT_EQ(value_text(make_value(1e-5)), "1e-05");
  EXPECT_EQ(value_text(make_value(1e-4F)), "1e-04");  // As a float below 1e-4.
  EXPECT_EQ(value_text(make_value(1e15)), "1000000000000000.0");
  EXPECT_EQ(value_text(make_value(1e16)), "1e+16");
  EXPECT_EQ(value_text(make_value(-1.5e300)), "-1.5e+300");
}

TEST(ValueText, WritesWhatIsNotFinite) {
  EXPECT_EQ(value_text(make_value(-Limits::quiet_NaN())), "nan");
  EXPECT_EQ(value_text(make_value(-Limits::infinity())), "-inf");
  EXPECT_EQ(value_text(make_value(-0.0)), "-0.0");
}

TEST(ValueText, WritesComplexNumbersAsPythonDoes) {
  using Complex = std::complex<double>;
  EXPECT_EQ(value_text(make_value(Complex(1, 2))), "(1+2j)");
  EXPECT_EQ(value_text(make_value(Complex(0, 2))), "2j");
  EXPECT_EQ(value_text(make_value(Complex(-0.0, 2))), "(-0+2j)");
  EXPECT_EQ(value_text(make_value(Complex(0, Limits::quiet_NaN()))), "nanj");
  EXPECT_EQ(value_text(make_value(Complex(-Limits::infinity(), -0.0))), "(-inf-0j)");
  EXPECT_EQ(value_text(make_value(std::complex<float>(1e16F, 1e-5F))), "(1e+16+1e-05j)");
}

TEST(ValueText, WritesNoneForNoValue) { EXPECT_EQ(value_text(Value{}), "None"); }

}  // namespace
}  // namespace shmkit::tool
