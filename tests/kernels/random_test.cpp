#include <gtest/gtest.h>

#include <shmkit/error.hpp>

#include "kernels/philox.hpp"
#include "kernels/run_kernel.hpp"
#include "kernels/samples.hpp"

// The oracle: Philox::block() in a loop, element by element, with the definition in random.cpp; and what
// uniform means.
namespace shmkit::kernel {
namespace {

const Arguments kSeed = {{"seed", "18446744073709551557"}};

template <class T>
class RandomOf : public ::testing::Test {};
TYPED_TEST_SUITE(RandomOf, AllElements);

TYPED_TEST(RandomOf, DependsOnTheIndexAndNotOnTheChunks) {
  const auto whole = run_generator<TypeParam>("random", 5003, kSeed);
  for (const std::uint64_t chunks : {2U, 3U, 701U, 5003U}) {
    EXPECT_TRUE(same_bits(run_generator<TypeParam>("random", 5003, kSeed, chunks), whole)) << chunks;
  }
  auto shorter = whole;
  shorter.resize(777);
  EXPECT_TRUE(same_bits(run_generator<TypeParam>("random", 777, kSeed), shorter));
}

TYPED_TEST(RandomOf, DependsOnTheSeed) {
  EXPECT_FALSE(same_bits(run_generator<TypeParam>("random", 100, {{"seed", "1"}}),
                         run_generator<TypeParam>("random", 100, {{"seed", "2"}})));
  EXPECT_TRUE(same_bits(run_generator<TypeParam>("random", 100, {{"seed", "0"}}),
                        run_generator<TypeParam>("random", 100, {})));
}

TYPED_TEST(RandomOf, OfNothingIsNothing) {
  EXPECT_TRUE(run_generator<TypeParam>("random", 0, kSeed).empty());
}

TEST(Random, OfFloat64IsHalfABlockEach) {
  const auto data = run_generator<double>("random", 1001, {{"seed", "4294967298"}}, 3);  // The key is (2, 1).
  for (std::uint32_t i = 0; i < data.size(); ++i) {
    const auto words = Philox::block({i / 2, 0, 0, 0}, {2, 1});
    const std::uint64_t bits = words[i % 2 * 2] | std::uint64_t{words[i % 2 * 2 + 1]} << 32U;
    ASSERT_EQ(data[i], static_cast<double>(bits >> 11U) * 0x1p-53);
  }
}

TEST(Random, OfShorterTypesTakesTheStreamInOrder) {
  const auto wide = run_generator<std::uint64_t>("random", 64, kSeed);
  const auto bytes = run_generator<std::uint8_t>("random", 512, kSeed);
  const auto words = run_generator<std::int32_t>("random", 128, kSeed);
  EXPECT_EQ(std::memcmp(wide.data(), bytes.data(), 512), 0);
  EXPECT_EQ(std::memcmp(wide.data(), words.data(), 512), 0);
  const auto bools = run_generator<bool>("random", 512, kSeed);
  const auto floats = run_generator<float>("random", 128, kSeed);
  const auto halves = run_generator<float16>("random", 256, kSeed);
  const auto longs = run_generator<long double>("random", 64, kSeed);
  const auto complexes = run_generator<std::complex<float>>("random", 64, kSeed);
  for (std::size_t i = 0; i < 512; ++i) EXPECT_EQ(bools[i], bytes[i] & 1U);
  for (std::size_t i = 0; i < 128; ++i) {
    EXPECT_EQ(floats[i], static_cast<float>(static_cast<std::uint32_t>(words[i]) >> 8U) * 0x1p-24F);
    EXPECT_EQ(floats[i], i % 2 == 0 ? complexes[i / 2].real() : complexes[i / 2].imag());
  }
  for (std::size_t i = 0; i < 256; ++i) {
    EXPECT_EQ(static_cast<float>(halves[i]),
              static_cast<float>((bytes[2 * i] | bytes[2 * i + 1] << 8U) >> 5U) * 0x1p-11F);
  }
  for (std::size_t i = 0; i < 64; ++i) EXPECT_EQ(longs[i], static_cast<long double>(wide[i]) * 0x1p-64L);
}

// 100000 numbers: the mean of uniform ones is within 6 standard deviations (0.29 / sqrt(1e5)) of one half.
TEST(Random, IsUniformBelowOne) {
  const auto check = [](double mean, double smallest, double largest) {
    EXPECT_NEAR(mean, 0.5, 0.006);
    EXPECT_GE(smallest, 0);
    EXPECT_LT(largest, 1);
    EXPECT_LT(smallest, 0.001);
    EXPECT_GT(largest, 0.999);
  };
  const auto doubles = run_generator<double>("random", 100000, kSeed);
  check(std::get<double>(run_reduction<double>("mean", doubles).scalar),
        std::get<double>(run_reduction<double>("min", doubles).scalar),
        std::get<double>(run_reduction<double>("max", doubles).scalar));
  const auto halves = run_generator<float16>("random", 100000, kSeed);
  check(std::get<float>(run_reduction<float16>("mean", halves).scalar),
        std::get<float>(run_reduction<float16>("min", halves).scalar),
        std::get<float>(run_reduction<float16>("max", halves).scalar));
}

TEST(Random, RefusesSeedsThatAreNot64Bits) {
  EXPECT_THROW(run_generator<double>("random", 1, {{"seed", "-1"}}), Error);
  EXPECT_THROW(run_generator<double>("random", 1, {{"seed", "18446744073709551616"}}), Error);
  EXPECT_THROW(run_generator<double>("random", 1, {{"seed", "1.0"}}), Error);
}

}  // namespace
}  // namespace shmkit::kernel
