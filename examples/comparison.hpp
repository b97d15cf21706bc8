#pragma once

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

// What the examples have in common: arguments, clocks, and a table of times beside that of the loop.
namespace example {

/// The argument at `place`, or what is usual.
inline long argument(int argc, char** argv, int place, long usual) {
  return place < argc ? std::strtol(argv[place], nullptr, 10) : usual;
}

/// Ends the program where an answer is wrong: then no time means anything.
inline void check(bool right, const char* what) {
  if (right) return;
  std::fprintf(stderr, "wrong: %s\n", what);
  std::exit(1);
}

/// Runs one computation in several ways. The first way is what the others are compared with, in time and
/// answer.
template <class Answer>
class Comparison {
 public:
  /// `compute` gives the answer.
  template <class Compute>
  void way(const std::string& name, Compute compute) {
    const auto start = std::chrono::steady_clock::now();
    const Answer answer = compute();
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (first_seconds_ == 0) {
      first_seconds_ = seconds;
      answer_ = answer;
    }
    check(answer == answer_, name.c_str());
    std::printf("  %-22s %11.6f s  %5.2fx\n", name.c_str(), seconds, first_seconds_ / seconds);
  }

  const Answer& answer() const { return answer_; }

 private:
  double first_seconds_ = 0;
  Answer answer_{};
};

}  // namespace example
