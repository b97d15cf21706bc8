#include <shmkit/executor.hpp>

#include <cstdint>
#include <mutex>
#include <vector>

#include "comparison.hpp"

// Two functions that do the same work: f holds a lock of the whole program meanwhile, g does not. Python has
// such a lock around everything it interprets; in C++ one has to write it. Threads share it, and take turns.
// Every worker process has a copy of the lock to itself.
//
//     example_one_lock [CALLS] [STEPS]
namespace {

std::mutex the_lock;

std::uint64_t work(std::uint64_t steps) {
  std::uint64_t x = 1;
  for (std::uint64_t i = 0; i < steps; ++i) x = x * 6364136223846793005U + 1442695040888963407U;
  return x;
}

std::uint64_t f(std::uint64_t steps) {
  const std::lock_guard held(the_lock);
  return work(steps);
}

std::uint64_t g(std::uint64_t steps) { return work(steps); }

struct Case {
  const char* name;
  std::uint64_t (*function)(std::uint64_t);
};

}  // namespace

int main(int argc, char** argv) {
  const auto calls = static_cast<std::size_t>(example::argument(argc, argv, 1, 8));
  const auto steps = static_cast<std::uint64_t>(example::argument(argc, argv, 2, 100'000'000));
  constexpr unsigned kWorkers = 4;
  const std::vector<std::uint64_t> each(calls, steps);

  shmkit::ProcessExecutor processes(kWorkers);  // Before there are threads, and while nobody holds the lock.
  shmkit::ThreadExecutor threads(kWorkers);
  const Case cases[] = {{"f, which holds the lock", f}, {"g, which does not", g}};
  for (const auto [name, function] : cases) {
    std::printf("%zu calls of %s\n", calls, name);
    example::Comparison<std::vector<std::uint64_t>> comparison;
    comparison.way("a loop", [&, function = function] {
      std::vector<std::uint64_t> answers;
      for (const std::uint64_t argument : each) answers.push_back(function(argument));
      return answers;
    });
    comparison.way("4 threads", [&, function = function] { return threads.map(function, each); });
    comparison.way("4 processes", [&, function = function] { return processes.map(function, each); });
    for (const std::uint64_t answer : comparison.answer()) example::check(answer == work(steps), "an answer");
  }
  std::printf(
      "Threads gain nothing where they wait for each other; processes do not share the lock. Without it,\n"
      "threads and processes gain the same.\n");
  return 0;
}
