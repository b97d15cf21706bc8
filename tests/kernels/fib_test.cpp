#include <gtest/gtest.h>

#include "helpers/error_of.hpp"
#include "kernels/run_kernel.hpp"

// The oracle: the numbers one after another, by addition.
namespace shmkit::kernel {
namespace {

std::int64_t fib(const Arguments& arguments, std::uint64_t chunks = 1) {
  return std::get<std::int64_t>(run_compute("fib", arguments, chunks).scalar);
}

TEST(Fib, IsTheSumOfTheTwoBefore) {
  std::int64_t last = 0;
  std::int64_t next = 1;
  for (int n = 0; n <= 25; ++n) {
    EXPECT_EQ(fib({{"n", std::to_string(n)}}), last);
    EXPECT_EQ(fib({{"n", std::to_string(n)}, {"times", "5"}}, 3), last);
    next = std::exchange(last, next) + next;
  }
  EXPECT_EQ(fib({}), 832040);
}

TEST(Fib, HasAsManyItemsAsCalls) {
  const Kernel& row = *find("fib");
  EXPECT_EQ(row.items(params_of(row, {{"times", "7"}}, {})), 7U);
}

TEST(Fib, RefusesWhatWouldTakeForEver) {
  EXPECT_EQ(test::errc_of([] { fib({{"n", "51"}}); }), Errc::usage);
  EXPECT_EQ(test::errc_of([] { fib({{"n", "-1"}}); }), Errc::usage);
  EXPECT_EQ(test::errc_of([] { fib({{"times", "0"}}); }), Errc::usage);
}

}  // namespace
}  // namespace shmkit::kernel
