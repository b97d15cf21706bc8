#include <gtest/gtest.h>

#include "kernels/run_kernel.hpp"
#include "kernels/samples.hpp"

// The oracle: a loop that compares every element with zero.
namespace shmkit::kernel {
namespace {

template <Element T>
bool is_true(Stored<T> x) {
  if constexpr (std::is_same_v<T, float16>)
    return static_cast<float>(x) != 0;
  else
    return x != Stored<T>{};
}

template <Element T>
void expect_counts(const std::vector<Stored<T>>& data, std::uint64_t chunks) {
  std::int64_t count = 0;
  for (const auto x : data) count += is_true<T>(x) ? 1 : 0;
  const auto size = static_cast<std::int64_t>(data.size());
  EXPECT_TRUE(same_bits(run_reduction<T>("count_nonzero", data, chunks), make_value(count))) << size;
  EXPECT_TRUE(same_bits(run_reduction<T>("any", data, chunks), make_value(count > 0))) << size;
  EXPECT_TRUE(same_bits(run_reduction<T>("all", data, chunks), make_value(count == size))) << size;
}

template <class T>
class CountOf : public ::testing::Test {};
TYPED_TEST_SUITE(CountOf, AllElements);

TYPED_TEST(CountOf, AgreesWithALoopForEverySize) {
  for (const std::size_t size : kSizes) {
    expect_counts<TypeParam>(samples<TypeParam>(size, size), 1);
    expect_counts<TypeParam>(samples<TypeParam>(size, size + 1), std::min<std::size_t>(size, 7));
  }
}

TYPED_TEST(CountOf, FindsTheOneElementThatIsDifferent) {
  Stored<TypeParam> one{};
  std::memset(static_cast<void*>(&one), 0, sizeof one);
  if constexpr (std::is_same_v<TypeParam, bool>)
    one = 2;
  else
    one = TypeParam(1);
  for (const std::size_t size : {1U, 5U, 63U, 200U, 40000U}) {
    for (std::size_t at = 0; at < size; at += size / 3 + 1) {
      std::vector<Stored<TypeParam>> data(size);
      expect_counts<TypeParam>(data, 1);
      data[at] = one;
      expect_counts<TypeParam>(data, 3 < size ? 3 : 1);
      std::vector<Stored<TypeParam>> inverse(size, one);
      expect_counts<TypeParam>(inverse, 1);
      inverse[at] = Stored<TypeParam>{};
      expect_counts<TypeParam>(inverse, 1);
    }
  }
}

TYPED_TEST(CountOf, NothingIsZeroFalseAndTrue) { expect_counts<TypeParam>({}, 1); }

TEST(Count, TakesNaNForTrueAndNegativeZeroForFalse) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  expect_counts<double>({nan, -0.0, 0.0, -nan, std::numeric_limits<double>::denorm_min()}, 1);
  EXPECT_EQ(std::get<std::int64_t>(run_reduction<double>("count_nonzero", {nan, -0.0, 0.0, 5e-324}).scalar),
            2);
  EXPECT_TRUE(std::get<bool>(run_reduction<double>("any", {0.0, nan}).scalar));
  EXPECT_FALSE(std::get<bool>(run_reduction<double>("any", {0.0, -0.0}).scalar));
}

TEST(Count, TakesAComplexNumberForTrueIfEitherPartIs) {
  const auto count = []<class C>(std::vector<C> data) {
    return std::get<std::int64_t>(run_reduction<C>("count_nonzero", std::move(data)).scalar);
  };
  EXPECT_EQ(count(std::vector<std::complex<float>>(100, {-0.0F, -0.0F})), 0);
  EXPECT_EQ(count(std::vector<std::complex<float>>(100, {-0.0F, 1e-45F})), 100);
  EXPECT_EQ(count(std::vector<std::complex<double>>(100, {5e-324, -0.0})), 100);
}

}  // namespace
}  // namespace shmkit::kernel
