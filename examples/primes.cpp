#include <shmkit/executor.hpp>

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <vector>

#include "comparison.hpp"

// The primes in [1e13, 1e13 + 1000), by trial division: most numbers are done at once, primes take three
// million divisions. Workers take the next numbers when they are done with theirs, so nobody waits for the
// unlucky one.
//
//     example_primes [BEGIN] [SIZE]
namespace {

bool is_prime(std::int64_t n) {
  if (n < 4) return n > 1;
  if (n % 2 == 0) return false;
  for (std::int64_t d = 3; d * d <= n; d += 2) {
    if (n % d == 0) return false;
  }
  return true;
}

struct Known {
  std::int64_t begin;
  std::int64_t size;
  std::ptrdiff_t primes;
};
constexpr Known kKnown[] = {{10'000'000'000'000, 1000, 34}, {0, 1000, 168}};

}  // namespace

int main(int argc, char** argv) {
  const std::int64_t begin = example::argument(argc, argv, 1, 10'000'000'000'000);
  const std::int64_t size = example::argument(argc, argv, 2, 1000);
  std::vector<std::int64_t> numbers(static_cast<std::size_t>(size));
  std::iota(numbers.begin(), numbers.end(), begin);
  const auto count = [&](shmkit::Executor& pool) {
    return std::ranges::count(pool.map(is_prime, numbers), true);
  };

  std::printf("primes in [%lld, %lld)\n", static_cast<long long>(begin),
              static_cast<long long>(begin + size));
  example::Comparison<std::ptrdiff_t> comparison;
  comparison.way("a loop", [&] { return std::ranges::count_if(numbers, is_prime); });
  for (const unsigned workers : {1U, 2U, 4U, 8U}) {
    comparison.way(std::to_string(workers) + " threads", [&] {
      shmkit::ThreadExecutor pool(workers);
      return count(pool);
    });
    comparison.way(std::to_string(workers) + " processes", [&] {
      shmkit::ProcessExecutor pool(workers);
      return count(pool);
    });
  }
  for (const Known& known : kKnown) {
    if (known.begin == begin && known.size == size)
      example::check(comparison.answer() == known.primes, "the number of primes");
  }
  std::printf("%td primes. The speed-up ends at the number of CPUs.\n", comparison.answer());
  return 0;
}
