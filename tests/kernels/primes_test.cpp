#include <gtest/gtest.h>

#include "helpers/error_of.hpp"
#include "kernels/run_kernel.hpp"

// The oracle: a sieve of Eratosthenes, and published values of the prime counting function.
namespace shmkit::kernel {
namespace {

std::int64_t primes(std::uint64_t start, std::uint64_t stop, std::uint64_t chunks = 1) {
  const Arguments arguments{{"start", std::to_string(start)}, {"stop", std::to_string(stop)}};
  return std::get<std::int64_t>(run_compute("primes", arguments, chunks).scalar);
}

TEST(Primes, AgreesWithASieve) {
  constexpr std::size_t kSize = 20000;
  std::vector<bool> composite(kSize, false);
  std::int64_t count = 0;
  for (std::size_t i = 2; i < kSize; ++i) {
    EXPECT_EQ(primes(i, i + 1), composite[i] ? 0 : 1) << i;
    if (composite[i]) continue;
    ++count;
    for (std::size_t j = 2 * i; j < kSize; j += i) composite[j] = true;
  }
  EXPECT_EQ(primes(0, kSize, 7), count);
}

TEST(Primes, AreAsManyAsIsKnown) {
  EXPECT_EQ(primes(0, 10), 4);
  EXPECT_EQ(primes(0, 100, 9), 25);
  EXPECT_EQ(primes(0, 1000, 10), 168);
  EXPECT_EQ(primes(0, 100000, 16), 9592);
  EXPECT_EQ(primes(1000000000, 1000001000, 3), 49);
  EXPECT_EQ(primes(9223372036854775782ULL, 9223372036854775783ULL), 0);  // Even, near the end of the range.
}

TEST(Primes, OfAnEmptyRangeAreNone) {
  EXPECT_EQ(primes(7, 7), 0);
  EXPECT_EQ(primes(8, 2), 0);
}

TEST(Primes, RefusesWhatIsNotInTheRange) {
  for (const char* stop : {"-1", "9223372036854775808", "1e13", "x"})
    EXPECT_EQ(test::errc_of([&] {
                run_compute("primes", {{"start", "0"}, {"stop", stop}});
              }),
              Errc::usage)
        << stop;
}

}  // namespace
}  // namespace shmkit::kernel
