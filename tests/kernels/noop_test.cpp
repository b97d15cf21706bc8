#include <gtest/gtest.h>

#include "kernels/run_kernel.hpp"
#include "kernels/samples.hpp"

// The oracle: the number of elements that were put in.
namespace shmkit::kernel {
namespace {

std::int64_t count_of(const Value& value) { return std::get<std::int64_t>(value.scalar); }

template <class T>
class NoopOf : public ::testing::Test {};
TYPED_TEST_SUITE(NoopOf, AllElements);

TYPED_TEST(NoopOf, CountsTheElementsOfEveryPartition) {
  for (const std::size_t size : kSizes) {
    for (const std::uint64_t chunks : {1U, 2U, 7U, 1000U}) {
      if (chunks > size) continue;
      const auto count = count_of(run_reduction<TypeParam>("noop", samples<TypeParam>(size, size), chunks));
      EXPECT_EQ(count, static_cast<std::int64_t>(size)) << chunks;
    }
  }
}

TYPED_TEST(NoopOf, OfNothingIsZero) { EXPECT_EQ(count_of(run_reduction<TypeParam>("noop", {})), 0); }

TEST(Noop, LooksAtNoElement) {
  const Params params;
  alignas(16) std::array<std::byte, 16> partial{};
  find("noop")->run({.size = 100,
                     .begin = 40,
                     .end = 70,
                     .in = {},
                     .out = {},
                     .params = &params,
                     .partial = partial.data()});
  EXPECT_EQ(count_of(*find("noop")->combine({{}, 100, 1, partial.data(), partial.size(), &params})), 30);
}

TEST(Noop, MissesAChunkThatNobodyExecuted) {
  std::vector<std::byte> partials(3 * 16);
  const Params params;
  for (const std::uint64_t chunk : {0U, 2U}) {
    find("noop")->run({.size = 12,
                       .begin = 4 * chunk,
                       .end = 4 * chunk + 4,
                       .in = {},
                       .out = {},
                       .params = &params,
                       .partial = partials.data() + 16 * chunk});
  }
  EXPECT_EQ(count_of(*find("noop")->combine({{}, 12, 3, partials.data(), 16, &params})), 8);
}

TEST(Noop, HasTheDTypeInt64) {
  EXPECT_EQ(run_reduction<std::uint8_t>("noop", {1}).dtype, DType(Kind::int64));
}

}  // namespace
}  // namespace shmkit::kernel
