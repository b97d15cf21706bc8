#include <gtest/gtest.h>

#include "kernels/run_map.hpp"

// add, mul, axpy and abs. The oracle: NumPy's values, written as C++ literals.
namespace shmkit::kernel {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
const double kNan = std::numeric_limits<double>::quiet_NaN();

template <class T>
void expect_numbers(const std::vector<T>& result, const std::vector<T>& expected) {
  ASSERT_EQ(result.size(), expected.size());
  for (std::size_t i = 0; i < result.size(); ++i) {
    const bool nan = result[i] != result[i] && expected[i] != expected[i];
    EXPECT_TRUE(nan || same_bits(result[i], expected[i])) << "element " << i;
  }
}

TEST(Add, AddsAsNumPyDoes) {
  EXPECT_EQ((run_map_of_two<bool, bool, bool>("add", {1, 0, 255, 0}, {1, 0, 0, 2})),
            (std::vector<std::uint8_t>{1, 0, 1, 1}));
  EXPECT_EQ((run_map_of_two<std::int8_t, std::int8_t, std::int8_t>("add", {127, -128, 5}, {1, -1, -7})),
            (std::vector<std::int8_t>{-128, 127, -2}));
  EXPECT_EQ((run_map_of_two<std::uint8_t, std::uint8_t, std::uint8_t>("add", {200}, {100})),
            (std::vector<std::uint8_t>{44}));
  EXPECT_EQ((run_map_of_two<std::int64_t, std::int64_t, std::int64_t>("add", {INT64_MAX}, {1})),
            (std::vector<std::int64_t>{INT64_MIN}));
  expect_numbers<double>(run_map_of_two<double, double, double>("add", {0.1, -0.0, kInfinity, 1e308},
                                                                {0.2, -0.0, -kInfinity, 1e308}),
                         {0.30000000000000004, -0.0, kNan, kInfinity});
  EXPECT_TRUE(same_bits(run_map_of_two<float16, float16, float16>(
                            "add", {float16(65504.0F), float16(2048.0F)}, {float16(65504.0F), float16(1.0F)}),
                        {float16(std::numeric_limits<float>::infinity()), float16(2048.0F)}));
}

TEST(Add, PromotesAsNumPyDoes) {
  EXPECT_EQ((run_map_of_two<std::int8_t, std::uint8_t, std::int16_t>("add", {127, -128}, {255, 1})),
            (std::vector<std::int16_t>{382, -127}));
  EXPECT_EQ((run_map_of_two<std::int64_t, std::uint64_t, double>("add", {INT64_MAX, 5}, {UINT64_MAX, 1})),
            (std::vector<double>{0x1.8p64, 6}));
  EXPECT_EQ((run_map_of_two<bool, std::int32_t, std::int32_t>("add", {2, 0}, {5, 5})),
            (std::vector<std::int32_t>{6, 5}));
  EXPECT_EQ((run_map_of_two<std::complex<float>, double, std::complex<double>>("add", {{1, 2}}, {0.1})),
            (std::vector<std::complex<double>>{{1.1, 2}}));
}

TEST(Mul, MultipliesAsNumPyDoes) {
  EXPECT_EQ((run_map_of_two<bool, bool, bool>("mul", {1, 0, 255}, {2, 1, 0})),
            (std::vector<std::uint8_t>{1, 0, 0}));
  EXPECT_EQ((run_map_of_two<std::int8_t, std::int8_t, std::int8_t>("mul", {-128, 100}, {-1, 2})),
            (std::vector<std::int8_t>{-128, -56}));
  EXPECT_EQ((run_map_of_two<std::uint16_t, std::uint16_t, std::uint16_t>("mul", {65535}, {65535})),
            (std::vector<std::uint16_t>{1}));
  EXPECT_EQ((run_map_of_two<std::int64_t, std::int64_t, std::int64_t>("mul", {INT64_MAX, -3}, {2, 4})),
            (std::vector<std::int64_t>{-2, -12}));
  expect_numbers<double>(
      run_map_of_two<double, double, double>("mul", {0.1, 1e-200, kInfinity, -0.0}, {3, 1e-200, 0, 5}),
      {0.30000000000000004, 0, kNan, -0.0});
}

TEST(Mul, TakesThePlainFormulaForComplexNumbers) {
  const auto products = run_map_of_two<std::complex<double>, std::complex<double>, std::complex<double>>(
      "mul", {{1, 2}, {kInfinity, 1}}, {{3, -1}, {1, 0}});
  EXPECT_EQ(products[0], std::complex<double>(5, 5));
  EXPECT_EQ(products[1].real(), kInfinity);
  EXPECT_TRUE(std::isnan(products[1].imag()));
}

TEST(Axpy, RoundsTheProductAndThenTheSum) {
  // 3 * 0.1 is rounded up, so that a fused multiply-add would give 5.5e-17 - 2^-54 instead.
  EXPECT_EQ((run_map_of_two<double, double, double>("axpy", {0.1, 2}, {-0.3, 1}, {{"a", "3"}})),
            (std::vector<double>{0x1p-54, 7}));
  EXPECT_TRUE(same_bits(
      run_map_of_two<float16, float16, float16>("axpy", {float16(0.1F), float16(1000.0F), float16(2049.0F)},
                                                {float16(0.3F), float16(0.5F), float16(1.0F)}, {{"a", "3"}}),
      {float16(0.599609375F), float16(3000.0F), float16(6144.0F)}));
  EXPECT_EQ((run_map_of_two<std::int8_t, std::int8_t, std::int8_t>("axpy", {100}, {100}, {{"a", "-2"}})),
            (std::vector<std::int8_t>{-100}));
  EXPECT_EQ((run_map_of_two<std::complex<float>, std::complex<float>, std::complex<float>>(
                "axpy", {{1, 2}}, {{10, 0}}, {{"a", "2j"}})),
            (std::vector<std::complex<float>>{{6, 2}}));
}

TEST(Axpy, TakesANumberOfThePromotedKindAndChangesTheSecondArray) {
  EXPECT_EQ((run_map_of_two<std::int8_t, double, double>("axpy", {4}, {1}, {{"a", "0.5"}})),
            (std::vector<double>{3}));
  EXPECT_EQ(find("axpy")->info.target, 1U);
  EXPECT_FALSE(find("axpy")->accepts({Kind::boolean, Kind::boolean}));
  EXPECT_TRUE(find("axpy")->accepts({Kind::boolean, Kind::int8}));
  EXPECT_THROW(find("axpy")->prepare({{"a", "0.5"}}, {{Kind::int8, Kind::int16}, 1}), std::exception);
}

TEST(Abs, GivesTheMagnitudeAsNumPyDoes) {
  EXPECT_EQ((run_map<std::int8_t, std::int8_t>("abs", {-128, -5, 127})),
            (std::vector<std::int8_t>{-128, 5, 127}));
  EXPECT_EQ((run_map<std::int64_t, std::int64_t>("abs", {INT64_MIN, -1, 0})),
            (std::vector<std::int64_t>{INT64_MIN, 1, 0}));
  EXPECT_EQ((run_map<std::uint8_t, std::uint8_t>("abs", {255})), (std::vector<std::uint8_t>{255}));
  EXPECT_EQ((run_map<bool, bool>("abs", {1, 0})), (std::vector<std::uint8_t>{1, 0}));
  expect_numbers<double>(run_map<double, double>("abs", {-0.0, -1.5, -kInfinity, kNan}),
                         {0.0, 1.5, kInfinity, kNan});
  expect_numbers<long double>(run_map<long double, long double>("abs", {-0.0L, -1.5L}), {0.0L, 1.5L});
  EXPECT_TRUE(same_bits(run_map<float16, float16>("abs", {float16(-0.0F), float16(-2.5F)}),
                        {float16(0.0F), float16(2.5F)}));
}

TEST(Abs, GivesARealNumberForAComplexOne) {
  expect_numbers<double>(run_map<std::complex<double>, double>(
                             "abs", {{3, 4}, {kInfinity, kNan}, {kNan, 1}, {3e300, 4e300}, {3e-310, 4e-310}}),
                         {5, kInfinity, kNan, 5e300, 5e-310});
  expect_numbers<float>(run_map<std::complex<float>, float>("abs", {{3, -4}, {3e38F, 3e38F}}),
                        {5, std::numeric_limits<float>::infinity()});
}

}  // namespace
}  // namespace shmkit::kernel
