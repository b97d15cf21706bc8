#include <gtest/gtest.h>

#include "kernels/run_map.hpp"

// The oracle: std::sqrt(), which is correctly rounded, and NumPy's values of other dtypes.
namespace shmkit::kernel {
namespace {

template <class T>
void expect_roots() {
  std::mt19937_64 random(5);
  std::vector<T> data{0,
                      -0.0F,
                      1,
                      2,
                      std::numeric_limits<T>::denorm_min(),
                      std::numeric_limits<T>::max(),
                      std::numeric_limits<T>::infinity()};
  while (data.size() < 3001) {
    const T x =
        static_cast<T>(std::ldexp(static_cast<double>(random()), static_cast<int>(random() % 250) - 190));
    data.push_back(x);
  }
  std::vector<T> expected;
  for (const T x : data) expected.push_back(std::sqrt(x));
  EXPECT_TRUE(same_bits(run_map<T, T>("sqrt", data), expected));
  const auto negative = run_map<T, T>("sqrt", {-1, -std::numeric_limits<T>::infinity(), quiet_nan<T>()});
  for (const T x : negative) EXPECT_TRUE(std::isnan(x));
}

TEST(Sqrt, IsCorrectlyRounded) {
  expect_roots<float>();
  expect_roots<double>();
  expect_roots<long double>();
}

TEST(Sqrt, ComputesOtherKindsInWhatNumPyTakesForThem) {
  EXPECT_TRUE(
      same_bits(run_map<bool, float16>("sqrt", {1, 0, 7}), {float16(1.0F), float16(0.0F), float16(1.0F)}));
  EXPECT_TRUE(same_bits(run_map<std::uint8_t, float16>("sqrt", {0, 2, 255}),
                        {float16(0.0F), float16(1.4140625F), float16(15.96875F)}));
  EXPECT_EQ((run_map<std::int16_t, float>("sqrt", {2, 30000})),
            (std::vector<float>{1.4142135F, 173.205078125F}));
  EXPECT_EQ((run_map<std::int64_t, double>("sqrt", {2, (std::int64_t{1} << 62) + 1})),
            (std::vector<double>{1.4142135623730951, 2147483648.0}));
  EXPECT_TRUE(same_bits(run_map<float16, float16>("sqrt", {float16(2.0F)}), {float16(1.4140625F)}));
  EXPECT_EQ((run_map<std::complex<double>, std::complex<double>>("sqrt", {{-4, 0}, {3, 4}})),
            (std::vector<std::complex<double>>{{0, 2}, {2, 1}}));
}

// NumPy computes 8-bit integers in float16, whatever it writes them to.
TEST(Sqrt, RoundsToItsOwnKindBeforeItWritesAWiderOne) {
  const MapRun run{*find("sqrt"), {}, 1};
  const TestArray x = array_of<std::int8_t>({3});
  EXPECT_EQ(elements_of<double>(run.into(Kind::float64, x, x)), std::vector<double>{1.732421875});
}

}  // namespace
}  // namespace shmkit::kernel
