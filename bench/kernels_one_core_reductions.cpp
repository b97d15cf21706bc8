#include <algorithm>
#include <array>

#include "kernels_one_core.hpp"
#include "oracle.hpp"

// Reductions. Verified against plain loops.
namespace {

using namespace shmkit;
using bench::KernelArrays;
using Numbers = std::vector<double>;
using Column = std::span<const double>;

double sum(Column x) {
  return bench::sum_in_blocks(x.size(), [x](std::size_t i) { return x[i]; });
}

double dot(Column x, Column y) {
  return bench::sum_in_blocks(x.size(), [x, y](std::size_t i) { return x[i] * y[i]; });
}

double mean(Column x) { return sum(x) / static_cast<double>(x.size()); }

double variance(Column x) {
  const double center = mean(x);
  const auto square = [x, center](std::size_t i) { return (x[i] - center) * (x[i] - center); };
  return bench::sum_in_blocks(x.size(), square) / static_cast<double>(x.size());
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

Numbers wanted(const std::string& kernel, Column x, Column y) {
  if (kernel == "max") return {std::ranges::max(x)};
  if (kernel == "minmax") return {std::ranges::min(x), std::ranges::max(x)};
  if (kernel == "argmax") return {static_cast<double>(std::ranges::max_element(x) - x.begin())};
  if (kernel == "sum") return {sum(x)};
  if (kernel == "mean") return {mean(x)};
  if (kernel == "prod") return {0.0};  // Ten million numbers below 1: far below the least double.
  if (kernel == "var") return {variance(x)};
  if (kernel == "std") return {std::sqrt(variance(x))};
  if (kernel == "norm") return {std::sqrt(dot(x, x))};
  if (kernel == "dot") return {dot(x, y)};
  if (kernel == "histogram") return histogram(x);
  const auto zeros = static_cast<double>(std::ranges::count(x, 0.0));
  if (kernel == "count_nonzero") return {static_cast<double>(x.size()) - zeros};
  return {zeros == 0 ? 1.0 : 0.0};  // all
}

void flatten(const Value& value, Numbers& to) {
  for (const Value& part : value.list) flatten(part, to);
  if (const auto* number = std::get_if<double>(&value.scalar)) to.push_back(*number);
  if (const auto* count = std::get_if<std::int64_t>(&value.scalar)) to.push_back(static_cast<double>(*count));
  if (const auto* truth = std::get_if<bool>(&value.scalar)) to.push_back(*truth ? 1 : 0);
}

bool right(const std::string& kernel, KernelArrays& arrays, const RunReport& report) {
  constexpr double kSlack = 1e-11;
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
    if (!bench::right_once("kernels_one_core/" + kernel,
                           [&] { return right(kernel, arrays, run(kernel, job, options)); }))
      return state.SkipWithError("wrong result");
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
