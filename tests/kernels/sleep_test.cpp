#include <gtest/gtest.h>

#include <chrono>

#include "helpers/error_of.hpp"
#include "kernels/run_kernel.hpp"

// The oracle: the steady clock, which may show more than the sleeps together, but never less.
namespace shmkit::kernel {
namespace {

std::int64_t sleep(const Arguments& arguments, std::uint64_t chunks = 1) {
  return std::get<std::int64_t>(run_compute("sleep", arguments, chunks).scalar);
}

TEST(Sleep, SleepsAtLeastSoLongAndCounts) {
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(sleep({{"seconds", "0.002"}, {"times", "5"}}, 3), 5);
  EXPECT_GE(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(10));
}

TEST(Sleep, OfNoTimeStillCounts) { EXPECT_EQ(sleep({{"seconds", "0"}, {"times", "1000"}}, 10), 1000); }

TEST(Sleep, RefusesWhatIsNoTime) {
  for (const char* seconds : {"-1", "nan", "inf", "86401", "soon"})
    EXPECT_EQ(test::errc_of([&] { sleep({{"seconds", seconds}}); }), Errc::usage) << seconds;
  EXPECT_EQ(test::errc_of([] { sleep({{"times", "0"}}); }), Errc::usage);
}

}  // namespace
}  // namespace shmkit::kernel
