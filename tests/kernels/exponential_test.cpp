#include "kernels/exponential.hpp"

#include <gtest/gtest.h>

#include "kernels/run_map.hpp"
#include "kernels/ulp_error.hpp"

// exp, measured as ulp_error.hpp says.
namespace shmkit::kernel {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

template <class T>
double worst_error(double low, double high) {
  return largest_error<T>([](const T* x, T* result, std::size_t count) { exponentials(x, result, count); },
                          [](long double x) { return std::exp(x); }, low, high);
}

TEST(Exponential, IsWithinOneUlp) {
  EXPECT_LT(worst_error<double>(-708, 709.7), 0.75);
  EXPECT_LT(worst_error<double>(-1, 1), 0.75);
  EXPECT_LT(worst_error<double>(-1e-3, 1e-3), 0.75);
  EXPECT_LT(worst_error<double>(-1e-300, 1e-300), 0.75);
  EXPECT_LT(worst_error<double>(709, 709.78), 0.75);
  EXPECT_LT(worst_error<double>(-745.1, -708), 1.0);  // Subnormal results: rounded twice.
}

TEST(Exponential, OfFloatsIsRoundedOnce) {
  EXPECT_LT(worst_error<float>(-87, 88.7), 0.51);
  EXPECT_LT(worst_error<float>(-1, 1), 0.51);
  EXPECT_LT(worst_error<float>(-103.9, -87), 0.51);
}

TEST(Exponential, KnowsTheEndsOfItsRange) {
  EXPECT_EQ((run_map<double, double>("exp", {0.0, -0.0, kInfinity, -kInfinity, 1e308, -1e308, 5e-324})),
            (std::vector<double>{1, 1, kInfinity, 0, kInfinity, 0, 1}));
  EXPECT_EQ((run_map<double, double>("exp", {0x1.62e42fefa39efp+9, 0x1.62e42fefa39f0p+9})),
            (std::vector<double>{0x1.fffffffffff2ap+1023, kInfinity}));
  EXPECT_EQ((run_map<double, double>("exp", {-745.1332191019411, -745.1332191019412, -708.3964185322641})),
            (std::vector<double>{5e-324, 0, 0x1.000000000007cp-1022}));
  EXPECT_TRUE(std::isnan(run_map<double, double>("exp", {std::nan("")})[0]));
  const float infinity = std::numeric_limits<float>::infinity();
  EXPECT_EQ((run_map<float, float>("exp", {88.72283F, 88.72284F, infinity, -infinity, 0, -103.97F, -104})),
            (std::vector<float>{0x1.ffff08p127F, infinity, infinity, 0, 1, 0x1p-149F, 0}));
  EXPECT_TRUE(std::isnan(run_map<float, float>("exp", {std::nanf("")})[0]));
}

TEST(Exponential, ComputesOtherKindsInWhatNumPyTakesForThem) {
  const auto halves = run_map<std::uint8_t, float16>("exp", {0, 1, 5, 11, 12});
  EXPECT_TRUE(same_bits(halves, {float16(1.0F), float16(2.719F), float16(148.4F), float16(59870.0F),
                                 float16(std::numeric_limits<float>::infinity())}));
  EXPECT_EQ((run_map<std::int16_t, float>("exp", {0, 1})), (std::vector<float>{1, 2.7182818F}));
  EXPECT_LT(error_of(run_map<std::uint64_t, double>("exp", {100})[0], std::exp(100.0L)), 0.75);
  EXPECT_LT(error_of(run_map<long double, long double>("exp", {1.0L})[0], 2.718281828459045235360287L), 1.0);
  const auto complex =
      run_map<std::complex<double>, std::complex<double>>("exp", {{0, 3.141592653589793}})[0];
  EXPECT_NEAR(complex.real(), -1, 1e-15);
  EXPECT_NEAR(complex.imag(), 0, 1e-15);
}

// Where a block takes the quick way depends on all its elements, and must not show.
TEST(Exponential, DoesNotDependOnTheNeighbours) {
  auto x = samples<double>(1000, 9);
  for (double& element : x) element *= 0.37;
  const auto expected = run_map<double, double>("exp", x);
  for (std::size_t i = 0; i < x.size(); i += 90) x[i] = 1e9;
  const auto result = run_map<double, double>("exp", x);
  for (std::size_t i = 0; i < x.size(); ++i) EXPECT_EQ(result[i], i % 90 == 0 ? kInfinity : expected[i]) << i;
}

}  // namespace
}  // namespace shmkit::kernel
