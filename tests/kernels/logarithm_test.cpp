#include "kernels/logarithm.hpp"

#include <gtest/gtest.h>

#include "kernels/run_map.hpp"
#include "kernels/ulp_error.hpp"

// log, measured as ulp_error.hpp says.
namespace shmkit::kernel {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

template <class T>
double worst_error(double low, double high) {
  return largest_error<T>([](const T* x, T* result, std::size_t count) { logarithms(x, result, count); },
                          [](long double x) { return std::log(x); }, low, high);
}

TEST(Logarithm, IsWithinOneUlp) {
  EXPECT_LT(worst_error<double>(0, 10), 1.0);
  EXPECT_LT(worst_error<double>(0.7, 0.7072), 1.0);
  EXPECT_LT(worst_error<double>(0.7071, 1.4143), 1.0);
  EXPECT_LT(worst_error<double>(0.999, 1.001), 1.0);
  EXPECT_LT(worst_error<double>(1 - 1e-12, 1 + 1e-12), 1.0);
  EXPECT_LT(worst_error<double>(1e290, 1.7e308), 1.0);
  EXPECT_LT(worst_error<double>(0, 1e-290), 1.0);
  EXPECT_LT(worst_error<double>(5e-324, 2e-308), 1.0);  // Subnormal arguments.
}

TEST(Logarithm, OfFloatsIsRoundedOnce) {
  EXPECT_LT(worst_error<float>(0, 10), 0.53);
  EXPECT_LT(worst_error<float>(0.7, 1.4143), 0.53);
  EXPECT_LT(worst_error<float>(0.999, 1.001), 0.53);
  EXPECT_LT(worst_error<float>(0, 1e-38), 0.53);
  EXPECT_LT(worst_error<float>(1e30, 3.4e38), 0.53);
}

TEST(Logarithm, KnowsTheEndsOfItsRange) {
  EXPECT_TRUE(same_bits(run_map<double, double>("log", {1.0, 0.0, -0.0, kInfinity}),
                        {0.0, -kInfinity, -kInfinity, kInfinity}));
  EXPECT_EQ((run_map<double, double>("log", {5e-324, 0x1p-1022, std::numeric_limits<double>::max()})),
            (std::vector<double>{-0x1.74385446d71c3p+9, -0x1.6232bdd7abcd2p+9, 0x1.62e42fefa39efp+9}));
  for (const double x : {-1.0, -5e-324, -kInfinity, std::nan("")})
    EXPECT_TRUE(std::isnan(run_map<double, double>("log", {x})[0])) << x;
  const float infinity = std::numeric_limits<float>::infinity();
  EXPECT_TRUE(same_bits(run_map<float, float>("log", {1, 0, -0.0F, infinity, 0x1p-149F}),
                        {0, -infinity, -infinity, infinity, -0x1.9d1da0p+6F}));
  for (const float x : {-1.0F, -0x1p-149F, -infinity, std::nanf("")})
    EXPECT_TRUE(std::isnan(run_map<float, float>("log", {x})[0])) << x;
}

TEST(Logarithm, ComputesOtherKindsInWhatNumPyTakesForThem) {
  EXPECT_TRUE(same_bits(run_map<std::uint8_t, float16>("log", {0, 1, 2, 255}),
                        {float16(-std::numeric_limits<float>::infinity()), float16(0.0F),
                         float16(0.693359375F), float16(5.54296875F)}));
  EXPECT_EQ((run_map<std::uint16_t, float>("log", {1, 65535})), (std::vector<float>{0, 11.090339660644531F}));
  EXPECT_EQ((run_map<std::uint64_t, double>("log", {UINT64_MAX, 10})),
            (std::vector<double>{44.3614195558365, 2.302585092994046}));
  EXPECT_LT(error_of(run_map<long double, long double>("log", {10.0L})[0], 2.302585092994045684017991L), 1.0);
  const auto complex = run_map<std::complex<double>, std::complex<double>>("log", {{-1, 0}})[0];
  EXPECT_EQ(complex, (std::complex<double>{0, 3.141592653589793}));
}

// Where a block takes the quick way depends on all its elements, and must not show.
TEST(Logarithm, DoesNotDependOnTheNeighbours) {
  auto x = samples<double>(1000, 9);
  for (double& element : x) element = std::fabs(element) + 0.3;
  const auto expected = run_map<double, double>("log", x);
  for (std::size_t i = 0; i < x.size(); i += 90) x[i] = 0;
  const auto result = run_map<double, double>("log", x);
  for (std::size_t i = 0; i < x.size(); ++i)
    EXPECT_EQ(result[i], i % 90 == 0 ? -kInfinity : expected[i]) << i;
}

}  // namespace
}  // namespace shmkit::kernel
