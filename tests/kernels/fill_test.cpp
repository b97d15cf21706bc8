#include <gtest/gtest.h>

#include <shmkit/error.hpp>

#include "kernels/run_kernel.hpp"
#include "kernels/samples.hpp"

// The oracle: the values that NumPy gives the same texts, written as C++ literals.
namespace shmkit::kernel {
namespace {

template <Element T>
void expect_fill(const std::string& text, Stored<T> value) {
  for (const std::size_t size : {0U, 1U, 5U, 100U}) {
    const std::vector<Stored<T>> expected(size, value);
    EXPECT_TRUE(same_bits(run_generator<T>("fill", size, {{"value", text}}, 3), expected)) << text;
  }
}

template <Element T>
std::string refusal(const std::string& text) {
  try {
    run_generator<T>("fill", 1, {{"value", text}});
  } catch (const Error& error) {
    EXPECT_EQ(error.errc(), Errc::usage);
    return error.what();
  }
  return "not refused: " + text;
}

template <class T>
class FillOf : public ::testing::Test {};
TYPED_TEST_SUITE(FillOf, AllElements);

TYPED_TEST(FillOf, WritesEveryElementOfEveryChunk) { expect_fill<TypeParam>("1", Stored<TypeParam>(1)); }

TYPED_TEST(FillOf, RefusesWhatIsNoNumber) {
  for (const char* text : {"", " 1", "1 ", "abc", "-", "--1", "++1", "1x", "1,5", "0x10"}) {
    const std::string message = refusal<TypeParam>(text);
    EXPECT_TRUE(message.starts_with("kernel fill: value '" + std::string(text) + "' is not a")) << message;
  }
}

TEST(Fill, TakesEveryIntegerThatFits) {
  expect_fill<std::int8_t>("-128", -128);
  expect_fill<std::int8_t>("+127", 127);
  expect_fill<std::int64_t>("-9223372036854775808", std::numeric_limits<std::int64_t>::min());
  expect_fill<std::uint64_t>("18446744073709551615", std::numeric_limits<std::uint64_t>::max());
}

TEST(Fill, RefusesWhatDoesNotFit) {
  EXPECT_EQ(refusal<std::int8_t>("300"), "kernel fill: value '300' does not fit int8");
  EXPECT_EQ(refusal<std::uint8_t>("-1"), "kernel fill: value '-1' does not fit uint8");
  EXPECT_EQ(refusal<std::int64_t>("9223372036854775808"),
            "kernel fill: value '9223372036854775808' does not fit int64");
  EXPECT_EQ(refusal<std::uint64_t>("18446744073709551616"),
            "kernel fill: value '18446744073709551616' does not fit uint64");
  EXPECT_EQ(refusal<float>("1e39"), "kernel fill: value '1e39' does not fit float32");
  EXPECT_EQ(refusal<float16>("-65520"), "kernel fill: value '-65520' does not fit float16");
  EXPECT_EQ(refusal<double>("1e309"), "kernel fill: value '1e309' does not fit float64");
  EXPECT_EQ(refusal<std::complex<float>>("1-1e39j"), "kernel fill: value '1-1e39j' does not fit complex64");
}

TEST(Fill, RoundsRealNumbersToNearest) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  expect_fill<double>("1e-3", 1e-3);
  expect_fill<double>("-inf", -kInfinity);
  expect_fill<double>("-0", -0.0);
  expect_fill<double>("5e-324", std::numeric_limits<double>::denorm_min());
  expect_fill<float>("0.1", 0.1F);
  expect_fill<float>("inf", std::numeric_limits<float>::infinity());
  expect_fill<float16>("65519", float16(65504.0F));
  expect_fill<long double>("0.1", 0.1L);
  EXPECT_TRUE(std::isnan(run_generator<double>("fill", 1, {{"value", "nan"}})[0]));
}

TEST(Fill, TakesComplexNumbersAsPythonWritesThem) {
  expect_fill<std::complex<double>>("1+2j", {1, 2});
  expect_fill<std::complex<double>>("-1.5e-3-2e2j", {-1.5e-3, -200});
  expect_fill<std::complex<double>>("-2j", {0, -2});
  expect_fill<std::complex<double>>(
      "inf-infj", {std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()});
  expect_fill<std::complex<float>>("0.1", {0.1F, 0});
  for (const char* text : {"1+2", "1j+2", "1+-2j", "1 + 2j", "1+2i", "(1+2j)", "j"}) {
    EXPECT_TRUE(refusal<std::complex<double>>(text).ends_with("is not a complex number")) << text;
  }
}

TEST(Fill, TakesBoolsAsWordsOrBits) {
  for (const char* text : {"true", "True", "1"}) expect_fill<bool>(text, 1);
  for (const char* text : {"false", "False", "0"}) expect_fill<bool>(text, 0);
  EXPECT_EQ(refusal<bool>("2"), "kernel fill: value '2' is not a bool");
}

TEST(Fill, RefusesFractionsForIntegers) {
  EXPECT_EQ(refusal<int>("1.5"), "kernel fill: value '1.5' is not an integer");
  EXPECT_EQ(refusal<int>("1e3"), "kernel fill: value '1e3' is not an integer");
}

}  // namespace
}  // namespace shmkit::kernel
