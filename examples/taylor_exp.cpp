#include <shmkit/executor.hpp>

#include <cmath>
#include <tuple>
#include <vector>

#include "comparison.hpp"

// exp(x) for 5000 integers by 1000 terms of its series: map() where the function has one argument, starmap()
// where it has more.
//
//     example_taylor_exp [SIZE] [TERMS]
namespace {

double taylor_exp(int x, int terms) {
  double sum = 1;
  double term = 1;
  for (int n = 1; n < terms; ++n) {
    term *= static_cast<double>(x) / n;
    sum += term;
  }
  return sum;
}

// Beyond what a double holds, both are infinite.
void check_values(const std::vector<double>& values) {
  for (std::size_t x = 0; x < values.size(); ++x) {
    const double right = std::exp(static_cast<double>(x));
    example::check(values[x] == right || std::abs(values[x] / right - 1) < 1e-11, "exp");
  }
}

}  // namespace

int main(int argc, char** argv) {
  const int size = static_cast<int>(example::argument(argc, argv, 1, 5000));
  const int terms = static_cast<int>(example::argument(argc, argv, 2, 1000));
  std::vector<int> numbers;
  std::vector<std::tuple<int, int>> pairs;
  for (int x = 0; x < size; ++x) {
    numbers.push_back(x);
    pairs.emplace_back(x, terms);
  }
  const auto with_terms = [terms](int x) { return taylor_exp(x, terms); };

  std::printf("exp of %d integers, %d terms each\n", size, terms);
  example::Comparison<std::vector<double>> comparison;
  comparison.way("a loop", [&] {
    std::vector<double> values;
    for (const int x : numbers) values.push_back(taylor_exp(x, terms));
    return values;
  });
  const auto both = [&](const std::string& name, auto& pool) {
    comparison.way(name + ", map", [&] { return pool.map(with_terms, numbers); });
    comparison.way(name + ", starmap", [&] { return pool.starmap(taylor_exp, pairs); });
  };
  shmkit::ProcessExecutor processes;  // Before there are threads.
  shmkit::ThreadExecutor threads;
  both("threads", threads);
  both("processes", processes);
  check_values(comparison.answer());
  std::printf("Each call takes a few microseconds; both give workers many at a time, so that it pays.\n");
  return 0;
}
