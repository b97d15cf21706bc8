#include <shmkit/executor.hpp>

#include <cstdint>
#include <utility>
#include <vector>

#include "comparison.hpp"

// fib(34) on 1, 2, ... workers, as many times as there are workers: work that needs nothing but a CPU.
//
//     example_fib [N] [MOST_WORKERS]
namespace {

std::uint64_t fib(int n) { return n < 2 ? static_cast<std::uint64_t>(n) : fib(n - 1) + fib(n - 2); }

std::uint64_t fib_in_a_loop(int n) {
  std::uint64_t a = 0;
  std::uint64_t b = 1;
  for (; n > 0; --n) b = std::exchange(a, b) + b;
  return a;
}

std::vector<std::uint64_t> submit_all(shmkit::Executor& pool, int n) {
  std::vector<shmkit::Future<std::uint64_t>> futures;
  for (unsigned i = 0; i < pool.workers(); ++i) futures.push_back(pool.submit(fib, n));
  std::vector<std::uint64_t> answers;
  for (const auto& future : futures) answers.push_back(future.get());
  return answers;
}

}  // namespace

int main(int argc, char** argv) {
  const int n = static_cast<int>(example::argument(argc, argv, 1, 34));
  const auto most = static_cast<unsigned>(example::argument(argc, argv, 2, 4));
  for (unsigned workers = 1; workers <= most; ++workers) {
    shmkit::ProcessExecutor processes(workers);  // Before there are threads.
    shmkit::ThreadExecutor threads(workers);
    std::printf("fib(%d), %u times\n", n, workers);
    example::Comparison<std::vector<std::uint64_t>> comparison;
    comparison.way("a loop", [&] {
      std::vector<std::uint64_t> answers;
      for (unsigned i = 0; i < workers; ++i) answers.push_back(fib(n));
      return answers;
    });
    comparison.way(std::to_string(workers) + " threads", [&] { return submit_all(threads, n); });
    comparison.way(std::to_string(workers) + " processes", [&] { return submit_all(processes, n); });
    for (const std::uint64_t answer : comparison.answer()) example::check(answer == fib_in_a_loop(n), "fib");
  }
  std::printf("fib(%d) = %llu. It gains as long as there are CPUs (%u here): the calls share nothing.\n", n,
              static_cast<unsigned long long>(fib_in_a_loop(n)), shmkit::ThreadExecutor().workers());
  return 0;
}
