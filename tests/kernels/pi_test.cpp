#include <gtest/gtest.h>

#include <cmath>

#include "helpers/error_of.hpp"
#include "kernels/run_kernel.hpp"

// The oracle: the kernel random, whose numbers are the points' coordinates, and a loop.
namespace shmkit::kernel {
namespace {

double pi(const Arguments& arguments, std::uint64_t chunks = 1) {
  return std::get<double>(run_compute("pi", arguments, chunks).scalar);
}

TEST(Pi, CountsThePointsThatRandomMakes) {
  for (const char* seed : {"0", "18446744073709551615"}) {
    for (const std::size_t n : {1U, 2U, 255U, 257U, 5000U}) {
      const auto data = run_generator<double>("random", 2 * n, {{"seed", seed}});
      double hits = 0;
      for (std::size_t i = 0; i < n; ++i)
        hits += data[2 * i] * data[2 * i] + data[2 * i + 1] * data[2 * i + 1] <= 1 ? 1 : 0;
      for (const std::uint64_t chunks : {std::size_t{1}, std::min<std::size_t>(n, 7)})
        EXPECT_EQ(pi({{"n", std::to_string(n)}, {"seed", seed}}, chunks), 4 * hits / static_cast<double>(n))
            << n;
    }
  }
}

TEST(Pi, IsNearPi) { EXPECT_NEAR(pi({}, 16), 3.14159, 0.01); }

TEST(Pi, IsTheSameOnEveryInstructionSet) {
  const double expected = pi({{"n", "12345"}});
  for_each_target([&](const char* target) { EXPECT_EQ(pi({{"n", "12345"}}, 3), expected) << target; });
}

TEST(Pi, RefusesNoPointsAndTooMany) {
  for (const char* n : {"0", "-1", "9223372036854775808", "1e6", ""})
    EXPECT_EQ(test::errc_of([&] { pi({{"n", n}}); }), Errc::usage) << n;
}

}  // namespace
}  // namespace shmkit::kernel
