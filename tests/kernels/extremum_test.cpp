#include <gtest/gtest.h>

#include <shmkit/error.hpp>

#include "kernels/run_kernel.hpp"
#include "kernels/samples.hpp"

// The oracle: a loop over all elements with the rules of numpy.min and numpy.max spelled out, NaN first.
namespace shmkit::kernel {
namespace {

template <Sense S, Element T>
Stored<T> expected_extreme(const std::vector<Stored<T>>& data) {
  Stored<T> best = data[0];
  for (const auto& x : data) {
    if (is_nan<T>(x)) return x;
    bool further = better<S, T>(x, best);
    if constexpr (kIsReal<T>) {
      const bool zeros = !further && !better<S, T>(best, x);
      further = further || (zeros && is_negative<T>(x) == (S == Sense::min));
    }
    if (further) best = x;
  }
  return best;
}

template <Element T>
Value as_value(Stored<T> x) {
  if constexpr (std::is_same_v<T, bool>)
    return make_value(x != 0);
  else
    return make_value<T>(x);
}

template <Element T>
void expect_extremes(const std::vector<Stored<T>>& data, std::uint64_t chunks) {
  EXPECT_TRUE(
      same_bits(run_reduction<T>("min", data, chunks), as_value<T>(expected_extreme<Sense::min, T>(data))))
      << data.size();
  EXPECT_TRUE(
      same_bits(run_reduction<T>("max", data, chunks), as_value<T>(expected_extreme<Sense::max, T>(data))))
      << data.size();
}

template <class T>
class ExtremumOf : public ::testing::Test {};
TYPED_TEST_SUITE(ExtremumOf, AllElements);

TYPED_TEST(ExtremumOf, AgreesWithALoopForEverySize) {
  for (const std::size_t size : kSizes) {
    expect_extremes<TypeParam>(samples<TypeParam>(size, size), 1);
    if (size >= 5) expect_extremes<TypeParam>(samples<TypeParam>(size, size + 1), 5);
  }
}

TYPED_TEST(ExtremumOf, IsFoundAtEveryPosition) {
  for (std::size_t at = 0; at < 150; ++at) {
    std::vector<Stored<TypeParam>> data(150, Stored<TypeParam>(1));
    data[at] = Stored<TypeParam>(2);
    expect_extremes<TypeParam>(data, 3);
    data[at] = Stored<TypeParam>(0);
    expect_extremes<TypeParam>(data, 3);
  }
}

TYPED_TEST(ExtremumOf, ANaNIsNaN) {
  if constexpr (!std::is_integral_v<TypeParam>) {
    for (const std::size_t size : {1U, 2U, 33U, 100U, 5000U}) {
      for (std::size_t at = 0; at < size; at += size / 20 + 1) {
        auto data = samples<TypeParam>(size, at);
        data[at] = quiet_nan<TypeParam>();
        expect_extremes<TypeParam>(data, size > 1 ? 2 : 1);
      }
    }
  }
}

TYPED_TEST(ExtremumOf, NothingIsRefused) {
  EXPECT_THROW(run_reduction<TypeParam>("min", {}), Error);
  EXPECT_THROW(run_reduction<TypeParam>("max", {}), Error);
}

TEST(Max, SaysWhyNothingHasNone) {
  try {
    run_reduction<double>("max", {});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.errc(), Errc::usage);
    EXPECT_STREQ(error.what(),
                 "kernel max: zero-size array to reduction operation maximum which has no identity");
  }
}

TEST(Max, PrefersThePositiveZeroAndMinTheNegative) {
  for (std::size_t at = 0; at < 5000; at += 7) {
    std::vector<double> data(5000, -0.0);
    data[at] = 0.0;
    EXPECT_FALSE(std::signbit(std::get<double>(run_reduction<double>("max", data, 3).scalar)));
    for (double& x : data) x = -x;
    EXPECT_TRUE(std::signbit(std::get<double>(run_reduction<double>("min", data, 3).scalar)));
  }
}

TEST(Max, IsACanonicalNaNWhateverNaNThereIs) {
  const float odd = std::bit_cast<float>(0xFFC12345U);
  EXPECT_TRUE(same_bits(run_reduction<float>("max", {1, odd, 2}),
                        make_value(std::numeric_limits<float>::quiet_NaN())));
  EXPECT_TRUE(
      same_bits(run_reduction<float>("min", {odd}), make_value(std::numeric_limits<float>::quiet_NaN())));
}

TEST(Max, OfComplexNumbersIsTheFirstNaN) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<std::complex<double>> data = {{9, 9}, {nan, 1}, {2, nan}, {10, 0}};
  const auto value =
      std::get<std::complex<double>>(run_reduction<std::complex<double>>("max", data, 2).scalar);
  EXPECT_TRUE(std::isnan(value.real()));
  EXPECT_EQ(value.imag(), 1);
}

TEST(Max, KnowsInfinities) {
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(std::get<double>(run_reduction<double>("max", {-infinity, -infinity}).scalar), -infinity);
  EXPECT_EQ(std::get<double>(run_reduction<double>("min", {infinity, 3, -infinity}).scalar), -infinity);
}

TEST(Max, TakesAnyByteButZeroForTrue) {
  EXPECT_TRUE(std::get<bool>(run_reduction<bool>("max", {0, 255}).scalar));
  EXPECT_TRUE(std::get<bool>(run_reduction<bool>("min", {2, 255}).scalar));
}

}  // namespace
}  // namespace shmkit::kernel
