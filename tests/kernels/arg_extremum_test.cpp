#include <gtest/gtest.h>

#include <shmkit/error.hpp>

#include "kernels/extreme_scan.hpp"
#include "kernels/run_kernel.hpp"
#include "kernels/samples.hpp"

// The oracle: a loop from the front that stops at a NaN and moves on only for something strictly further out.
namespace shmkit::kernel {
namespace {

template <Sense S, Element T>
std::int64_t expected_index(const std::vector<Stored<T>>& data) {
  std::size_t best = 0;
  for (std::size_t i = 0; i < data.size() && !is_nan<T>(data[best]); ++i) {
    if (is_nan<T>(data[i]) || better<S, T>(data[i], data[best])) best = i;
  }
  return static_cast<std::int64_t>(best);
}

std::int64_t index_of(const Value& value) { return std::get<std::int64_t>(value.scalar); }

template <Element T>
void expect_indices(const std::vector<Stored<T>>& data, std::uint64_t chunks) {
  EXPECT_EQ(index_of(run_reduction<T>("argmin", data, chunks)), (expected_index<Sense::min, T>(data)))
      << data.size();
  EXPECT_EQ(index_of(run_reduction<T>("argmax", data, chunks)), (expected_index<Sense::max, T>(data)))
      << data.size();
}

template <class T>
class ArgExtremumOf : public ::testing::Test {};
TYPED_TEST_SUITE(ArgExtremumOf, AllElements);

TYPED_TEST(ArgExtremumOf, AgreesWithALoopForEverySize) {
  for (const std::size_t size : kSizes) {
    expect_indices<TypeParam>(samples<TypeParam>(size, size), 1);
    if (size >= 5) expect_indices<TypeParam>(samples<TypeParam>(size, size + 1), 5);
  }
}

TYPED_TEST(ArgExtremumOf, IsTheFirstOfEqualsInWhateverBlockOrChunk) {
  const std::size_t block = kScanBlock<TypeParam>;
  std::vector<Stored<TypeParam>> data(3 * block + 5, Stored<TypeParam>(1));
  expect_indices<TypeParam>(data, 1);
  for (const std::size_t at :
       {3 * block + 4, 2 * block, 2 * block - 1, block + 1, block, block - 1, std::size_t{1}}) {
    data[at] = Stored<TypeParam>(2);
    EXPECT_EQ(index_of(run_reduction<TypeParam>("argmax", data)),
              static_cast<std::int64_t>(std::is_same_v<TypeParam, bool> ? 0 : at));
    expect_indices<TypeParam>(data, 4);
  }
}

TYPED_TEST(ArgExtremumOf, TheFirstNaNWins) {
  if constexpr (!std::is_integral_v<TypeParam>) {
    for (const std::size_t size : {1U, 2U, 33U, 100U, 5000U}) {
      for (std::size_t at = 0; at < size; at += size / 20 + 1) {
        auto data = samples<TypeParam>(size, at);
        data[at] = quiet_nan<TypeParam>();
        data[size - 1] = quiet_nan<TypeParam>();
        EXPECT_EQ(index_of(run_reduction<TypeParam>("argmax", data, size > 1 ? 2 : 1)),
                  static_cast<std::int64_t>(at));
        EXPECT_EQ(index_of(run_reduction<TypeParam>("argmin", data)), static_cast<std::int64_t>(at));
      }
    }
  }
}

TYPED_TEST(ArgExtremumOf, NothingIsRefused) {
  EXPECT_THROW(run_reduction<TypeParam>("argmin", {}), Error);
  EXPECT_THROW(run_reduction<TypeParam>("argmax", {}), Error);
}

TEST(Argmax, TakesTheZerosForEqual) {
  EXPECT_EQ(index_of(run_reduction<double>("argmax", {-0.0, 0.0})), 0);
  EXPECT_EQ(index_of(run_reduction<double>("argmin", {0.0, -0.0})), 0);
  const float16 negative{-0.0F};
  const float16 positive{0.0F};
  EXPECT_EQ(index_of(run_reduction<float16>("argmax", {negative, positive})), 0);
  EXPECT_EQ(index_of(run_reduction<float16>("argmin", {positive, negative}, 2)), 0);
}

TEST(Argmax, TakesEveryByteButZeroForTheSameTrue) {
  EXPECT_EQ(index_of(run_reduction<bool>("argmax", {0, 1, 2, 255})), 1);
}

TEST(Argmax, HasTheDTypeInt64) {
  EXPECT_EQ(run_reduction<std::uint8_t>("argmax", {1}).dtype, DType(Kind::int64));
}

}  // namespace
}  // namespace shmkit::kernel
