#include <gtest/gtest.h>

#include "helpers/error_of.hpp"
#include "kernels/run_kernel.hpp"
#include "kernels/samples.hpp"

// The oracle: the kernels min and max, which have tests of their own.
namespace shmkit::kernel {
namespace {

template <Element T>
void expect_range(const std::vector<Stored<T>>& data, std::uint64_t chunks) {
  const Value range = run_reduction<T>("minmax", data, chunks);
  EXPECT_EQ(range.dtype, DType(KindOf<T>::value));
  ASSERT_EQ(range.list.size(), 2U);
  EXPECT_TRUE(same_bits(range.list[0], run_reduction<T>("min", data, chunks))) << data.size();
  EXPECT_TRUE(same_bits(range.list[1], run_reduction<T>("max", data, chunks))) << data.size();
}

template <class T>
class MinmaxOf : public ::testing::Test {};
TYPED_TEST_SUITE(MinmaxOf, AllElements);

TYPED_TEST(MinmaxOf, IsMinAndMax) {
  for (const std::size_t size : kSizes) {
    auto data = samples<TypeParam>(size, size);
    expect_range<TypeParam>(data, 1);
    expect_range<TypeParam>(data, std::min<std::size_t>(size, 5));
    if constexpr (!std::is_integral_v<TypeParam>) {
      data[size / 2] = quiet_nan<TypeParam>();
      expect_range<TypeParam>(data, 1);
      expect_range<TypeParam>(data, std::min<std::size_t>(size, 5));
    }
  }
}

TEST(Minmax, OfNothingIsRefused) {
  const Error error = test::error_of([] { run_reduction<double>("minmax", {}); });
  EXPECT_EQ(error.errc(), Errc::usage);
}

TEST(Minmax, OrdersZerosByTheirSign) {
  const Value range = run_reduction<double>("minmax", {0.0, -0.0, 0.0}, 3);
  EXPECT_TRUE(std::signbit(std::get<double>(range.list.at(0).scalar)));
  EXPECT_FALSE(std::signbit(std::get<double>(range.list.at(1).scalar)));
}

}  // namespace
}  // namespace shmkit::kernel
