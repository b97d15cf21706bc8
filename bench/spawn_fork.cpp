#include <sys/wait.h>

#include <cerrno>
#include <chrono>
#include <new>
#include <vector>

#include "clerk.hpp"
#include "fixture.hpp"

// What does fork cost a process with much private memory in use? Every page of it has an entry that must be
// copied. The process is a helper, so that nobody else who is measured has to pay for its size.
namespace {

using namespace shmkit;
using Clock = std::chrono::steady_clock;

struct Forked {
  bool well = false;  // The child ended with code 0.
  double seconds = 0;
};

class Forker {
 public:
  explicit Forker(std::uint64_t bytes)
      : helper_([bytes, memory = std::vector<char>()](const int&) mutable {
          return fill(memory, bytes) ? fork_here() : Forked{};
        }) {
    if (!fork().well) throw std::system_error(ENOMEM, std::generic_category(), "fork of a large process");
  }

  Forked fork() {
    helper_.ask(0);
    return helper_.answer();
  }

 private:
  static bool fill(std::vector<char>& memory, std::uint64_t bytes) try {
    if (memory.empty()) memory.assign(bytes, 1);
    return true;
  } catch (const std::bad_alloc&) {
    return false;
  }

  static Forked fork_here() {
    const auto start = Clock::now();
    const pid_t pid = ::fork();
    if (pid == 0) ::_exit(0);
    int status = -1;
    const bool ended = pid > 0 && ::waitpid(pid, &status, 0) == pid;
    const std::chrono::duration<double> time = Clock::now() - start;
    return {.well = ended && WIFEXITED(status) && WEXITSTATUS(status) == 0, .seconds = time.count()};
  }

  bench::Clerk<int, Forked> helper_;
};

void forks(benchmark::State& state, std::uint64_t bytes) {
  Forker* forker = bench::fixture<Forker>(state, bytes);
  if (forker == nullptr) return;
  for (auto _ : state) {
    const Forked forked = forker->fork();
    if (!forked.well) state.SkipWithError("the child did not end with exit code 0");
    state.SetIterationTime(forked.seconds);
  }
}

const bool kAdded = [] {
  for (const auto& [name, bytes] :
       {std::pair{"spawn/fork_10MB", 10'000'000ULL}, std::pair{"spawn/fork_100MB", 100'000'000ULL},
        std::pair{"spawn/fork_1GB", 1'000'000'000ULL}, std::pair{"spawn/fork_8GB", 8'000'000'000ULL}}) {
    benchmark::RegisterBenchmark(name, [size = bytes](benchmark::State& state) { forks(state, size); })
        ->UseManualTime()
        ->Unit(benchmark::kMicrosecond);
  }
  return true;
}();

}  // namespace
