#include "kernels/narrow.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "kernels/order.hpp"

// The oracle: of the two float16 around a double, the nearer one; between two at the same distance, the one
// whose last bit is 0. Distances of doubles this close to float16s are exact.
namespace shmkit::kernel {
namespace {

TEST(ToFloat16, RoundsOnceAtEveryMidpoint) {
  for (unsigned bits = 0; bits < 0x7BFF; ++bits) {
    float16 below;
    float16 above;
    below.bits = static_cast<std::uint16_t>(bits);
    above.bits = static_cast<std::uint16_t>(bits + 1);
    const double middle = (double{static_cast<float>(below)} + double{static_cast<float>(above)}) / 2;
    const double less = std::nextafter(middle, 0.0);
    const double more = std::nextafter(middle, 1e6);
    ASSERT_EQ(to_float16(less).bits, below.bits);
    ASSERT_EQ(to_float16(more).bits, above.bits);
    ASSERT_EQ(to_float16(middle).bits, bits % 2 == 0 ? below.bits : above.bits);
    ASSERT_EQ(to_float16(-less).bits, below.bits | 0x8000U);
    ASSERT_EQ(to_float16(-more).bits, above.bits | 0x8000U);
  }
}

TEST(ToFloat16, KeepsWhatIsNotANumberAndOverflowsToInfinity) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(to_float16(kInfinity).bits, 0x7C00);
  EXPECT_EQ(to_float16(-kInfinity).bits, 0xFC00);
  EXPECT_EQ(to_float16(65520).bits, 0x7C00);
  EXPECT_EQ(to_float16(std::nextafter(65520, 0)).bits, 0x7BFF);
  EXPECT_EQ(to_float16(1e300).bits, 0x7C00);
  EXPECT_EQ(to_float16(-1e-300).bits, 0x8000);
  EXPECT_TRUE(is_nan<float16>(to_float16(std::numeric_limits<double>::quiet_NaN())));
}

}  // namespace
}  // namespace shmkit::kernel
