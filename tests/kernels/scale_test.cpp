#include <gtest/gtest.h>

#include <limits>

#include "kernels/run_kernel.hpp"
#include "kernels/samples.hpp"

// The oracle: NumPy's x *= factor, its values written as C++ literals.
namespace shmkit::kernel {
namespace {

template <Element T>
void expect_scaled(std::vector<Stored<T>> data, const std::string& factor,
                   const std::vector<Stored<T>>& expected) {
  for (const std::uint64_t chunks : {1U, 2U}) {
    auto scaled = data;
    run_row<T>(*find("scale"), scaled, chunks, {{"factor", factor}});
    EXPECT_TRUE(same_bits(scaled, expected)) << factor;
  }
}

TEST(Scale, MultipliesEveryElement) {
  expect_scaled<double>({0.5, -0.0, 3, 1e308}, "-2", {-1, 0.0, -6, -std::numeric_limits<double>::infinity()});
  expect_scaled<float>({1, 0.1F}, "3", {3, 0.1F * 3});
  expect_scaled<std::int32_t>({1, -5, 0, 7}, "-3", {-3, 15, 0, -21});
  expect_scaled<std::complex<double>>({{1, 2}, {0, 1}}, "1+2j", {{-3, 4}, {-2, 1}});
  expect_scaled<float16>({float16(1.5F), float16(-2.0F)}, "2", {float16(3.0F), float16(-4.0F)});
}

TEST(Scale, WrapsIntegersAsNumPyDoes) {
  expect_scaled<std::uint8_t>({200, 3}, "2", {144, 6});
  expect_scaled<std::int8_t>({100, -128}, "-1", {-100, -128});
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  expect_scaled<std::int64_t>({kMost, 2}, "2", {-2, 4});
}

TEST(Scale, IsNotRepeatableAndTakesNoBools) {
  EXPECT_FALSE(find("scale")->info.repeatable);
  EXPECT_FALSE(find("scale")->accepts({Kind::boolean, Kind::boolean}));
}

}  // namespace
}  // namespace shmkit::kernel
