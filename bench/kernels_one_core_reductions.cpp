#include <algorithm>
#include <array>

#include "kernels_one_core.hpp"

// Reductions. Verified against loops that compute in extended precision, or that only compare.
namespace {

using namespace shmkit;
using bench::KernelArrays;
using Numbers = std::vector<double>;
using Column = std::span<const double>;

long double sum_of(Column x, auto term) {
  long double total = 0;
  for (const double element : x) total += term(static_cast<long double>(element));
  return total;
}

long double sum(Column x) {
  return sum_of(x, [](long double e) { return e; });
}

long double variance(Column x) {
  const long double mean = sum(x) / static_cast<long double>(x.size());
  return sum_of(x, [mean](long double e) { return (e - mean) * (e - mean); }) /
         static_cast<long double>(x.size());
}

long double squares(Column x) {
  return sum_of(x, [](long double e) { return e * e; });
}

long double dot(Column x, Column y) {
  long double total = 0;
  for (std::size_t i = 0; i < x.size(); ++i) total += static_cast<long double>(x[i]) * y[i];
  return total;
}

// The counts of ten equal bins, then their edges.
Numbers histogram(Column x) {
  constexpr std::size_t kBins = 10;
  const auto [low, high] = std::ranges::minmax(x);
  std::array<double, kBins + 1> edges{};
  for (std::size_t i = 0; i <= kBins; ++i) edges[i] = low + static_cast<double>(i) * ((high - low) / kBins);
  edges.back() = high;
  Numbers numbers(kBins);
  for (const double element : x) {
    const auto bin = static_cast<std::size_t>(std::ranges::upper_bound(edges, element) - edges.begin());
    numbers[std::min(bin, kBins) - 1] += 1;
  }
  numbers.insert(numbers.end(), edges.begin(), edges.end());
  return numbers;
}

Numbers one(long double number) { return {static_cast<double>(number)}; }

Numbers wanted(const std::string& kernel, Column x, Column y) {
  const auto elements = static_cast<long double>(x.size());
  if (kernel == "max") return one(std::ranges::max(x));
  if (kernel == "minmax") return {std::ranges::min(x), std::ranges::max(x)};
  if (kernel == "argmax") return one(static_cast<long double>(std::ranges::max_element(x) - x.begin()));
  if (kernel == "sum") return one(sum(x));
  if (kernel == "mean") return one(sum(x) / elements);
  if (kernel == "prod") return one(0);  // Ten million numbers below 1: far below the least double.
  if (kernel == "var") return one(variance(x));
  if (kernel == "std") return one(std::sqrt(variance(x)));
  if (kernel == "norm") return one(std::sqrt(squares(x)));
  if (kernel == "dot") return one(dot(x, y));
  if (kernel == "histogram") return histogram(x);
  const auto zeros = std::ranges::count(x, 0.0);
  return kernel == "all" ? one(zeros == 0) : one(elements - static_cast<long double>(zeros));
}

void flatten(const Value& value, Numbers& to) {
  for (const Value& part : value.list) flatten(part, to);
  if (const auto* number = std::get_if<double>(&value.scalar)) to.push_back(*number);
  if (const auto* count = std::get_if<std::int64_t>(&value.scalar)) to.push_back(static_cast<double>(*count));
  if (const auto* truth = std::get_if<bool>(&value.scalar)) to.push_back(*truth ? 1 : 0);
}

bool right(const std::string& kernel, KernelArrays& arrays, const RunReport& report) {
  constexpr double kSlack = 1e-12;
  Numbers found;
  flatten(report.result, found);
  const Numbers expected =
      wanted(kernel, arrays.x.array().elements<double>(), arrays.y.array().elements<double>());
  return std::ranges::equal(found, expected, [](double a, double b) { return bench::close(a, b, kSlack); });
}

void add(const std::string& kernel) {
  bench::add_kernel(kernel, [kernel](benchmark::State& state, KernelArrays& arrays) {
    JobArrays job{{arrays.x}, {}};
    if (kernel == "dot") job.in.emplace_back(arrays.y);
    const RunOptions options = bench::in_one_loop();
    if (!right(kernel, arrays, run(kernel, job, options))) return state.SkipWithError("wrong result");
    for (auto _ : state) run(kernel, job, options);
    bench::count_kernel_bytes(state, job.in.size());
  });
}

const bool kAdded = [] {
  for (const char* kernel : {"max", "minmax", "argmax", "sum", "mean", "prod", "var", "std", "norm", "dot",
                             "count_nonzero", "all", "histogram"})
    add(kernel);
  return true;
}();

}  // namespace
