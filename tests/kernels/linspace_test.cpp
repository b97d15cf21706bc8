#include <gtest/gtest.h>

#include <shmkit/error.hpp>

#include "kernels/narrow.hpp"
#include "kernels/run_kernel.hpp"

// The oracle: NumPy's formula, start + i * ((stop - start) / (n - 1)), in float64.
namespace shmkit::kernel {
namespace {

const Arguments kSpan = {{"start", "-0.3"}, {"stop", "0.7"}};

TEST(Linspace, FollowsNumPysFormula) {
  const double step = (0.7 - -0.3) / 999;
  for (const std::uint64_t chunks : {1U, 7U}) {
    const auto doubles = run_generator<double>("linspace", 1000, kSpan, chunks);
    const auto floats = run_generator<float>("linspace", 1000, kSpan, chunks);
    const auto halves = run_generator<float16>("linspace", 1000, kSpan, chunks);
    for (std::size_t i = 0; i < 999; ++i) {
      const double expected = static_cast<double>(i) * step + -0.3;
      ASSERT_EQ(doubles[i], expected);
      ASSERT_EQ(floats[i], static_cast<float>(expected));
      ASSERT_EQ(halves[i].bits, narrow<float16>(expected).bits);
    }
    EXPECT_EQ(doubles[999], 0.7);
    EXPECT_EQ(floats[999], 0.7F);
  }
}

TEST(Linspace, OfOneElementIsTheStart) { EXPECT_EQ(run_generator<double>("linspace", 1, kSpan)[0], -0.3); }

TEST(Linspace, OfNothingIsNothing) { EXPECT_TRUE(run_generator<double>("linspace", 0, kSpan).empty()); }

TEST(Linspace, DoesNotStandStillWhenTheStepUnderflows) {
  const auto data = run_generator<double>("linspace", 5, {{"start", "0"}, {"stop", "1e-323"}});
  EXPECT_EQ(data[2], 0.5 * 1e-323);
  EXPECT_EQ(data[4], 1e-323);
}

TEST(Linspace, SpansComplexNumbersPartByPart) {
  using C = std::complex<double>;
  const auto data = run_generator<C>("linspace", 5, {{"start", "1j"}, {"stop", "4-3j"}}, 2);
  EXPECT_EQ(data[0], C(0, 1));
  EXPECT_EQ(data[1], C(1, 0));
  EXPECT_EQ(data[4], C(4, -3));
}

TEST(Linspace, SpansLongDoublesInTheirOwnPrecision) {
  const auto data = run_generator<long double>("linspace", 4, {{"start", "0"}, {"stop", "1"}});
  EXPECT_EQ(data[1], 1.0L / 3.0L);
}

TEST(Linspace, IsForRealAndComplexNumbers) {
  EXPECT_FALSE(find("linspace")->accepts({Kind::int32, Kind::int32}));
  EXPECT_FALSE(find("linspace")->accepts({Kind::boolean, Kind::boolean}));
  EXPECT_FALSE(find("linspace")->accepts({Kind::bytes, Kind::bytes}));
  EXPECT_TRUE(find("linspace")->accepts({Kind::float16, Kind::float16}));
  EXPECT_TRUE(find("linspace")->accepts({Kind::complex64, Kind::complex64}));
}

TEST(Linspace, NamesTheArgumentThatItCannotRead) {
  try {
    run_generator<double>("linspace", 3, {{"start", "0"}, {"stop", "x"}});
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "kernel linspace: stop 'x' is not a number");
  }
}

}  // namespace
}  // namespace shmkit::kernel
