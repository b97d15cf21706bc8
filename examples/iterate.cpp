#include <shmkit/executor.hpp>

#include <array>
#include <cstdint>

#include "comparison.hpp"

// x -> x * x - x + 1, over and over: every step needs the result of the one before. There is nothing that two
// workers could do at the same time, so all that a pool can do is run it as one task.
//
//     example_iterate [STEPS]
namespace {

// Modulo a prime: the numbers have twice as many digits after each step (Sylvester's sequence).
constexpr std::uint64_t kPrime = 2'147'483'647;

std::uint64_t iterate(std::uint64_t x, std::uint64_t steps) {
  for (; steps > 0; --steps) x = (x * x % kPrime + kPrime - x + 1) % kPrime;
  return x;
}

constexpr std::array<std::uint64_t, 6> kSylvester = {2, 3, 7, 43, 1807, 3'263'443};

}  // namespace

int main(int argc, char** argv) {
  const auto steps = static_cast<std::uint64_t>(example::argument(argc, argv, 1, 100'000'000));
  for (std::size_t i = 0; i < kSylvester.size(); ++i)
    example::check(iterate(2, i) == kSylvester[i], "the first numbers");

  std::printf("%llu steps of x * x - x + 1\n", static_cast<unsigned long long>(steps));
  example::Comparison<std::uint64_t> comparison;
  comparison.way("a loop", [&] { return iterate(2, steps); });
  comparison.way("4 threads", [&] { return shmkit::ThreadExecutor(4).submit(iterate, 2, steps).get(); });
  comparison.way("4 processes", [&] { return shmkit::ProcessExecutor(4).submit(iterate, 2, steps).get(); });
  std::printf(
      "%llu. No speed-up, with any number of workers: each step waits for the one before. By Amdahl's law\n"
      "a program whose parallel part is 0 gains a factor of 1.\n",
      static_cast<unsigned long long>(comparison.answer()));
  return 0;
}
