#include <algorithm>
#include <array>

#include "kernels/counts.hpp"
#include "kernels/rows.hpp"

// fib: the n-th Fibonacci number by the definition, recursively. Work to measure with: the number of calls
// grows as the result does. n is bounded, since a typing error would otherwise take years.
namespace shmkit::kernel {
namespace {

constexpr std::array kArguments{
    ArgumentInfo{.name = "n", .summary = "Which one, at most 50, which takes a minute.", .fallback = "30"},
    ArgumentInfo{.name = "times", .summary = "How often it is computed.", .fallback = "1"}};

struct Calls {
  std::uint64_t n;
  std::uint64_t times;
};

constexpr std::uint64_t kMost = 50;

Params prepare(const Arguments& arguments, const Operands&) {
  Params params;
  params.set(Calls{parse_count({"fib", "n", arguments.at("n")}, 0, kMost),
                   parse_count({"fib", "times", arguments.at("times")}, 1, kMostItems)});
  return params;
}

std::uint64_t items(const Params& params) { return params.get<Calls>().times; }

// NOLINTNEXTLINE(misc-no-recursion): that is the workload.
std::uint64_t fib(std::uint64_t n) noexcept { return n < 2 ? n : fib(n - 1) + fib(n - 2); }

void run(const ChunkInput& in) noexcept {
  // Volatile, or the compiler would call once for all items.
  const volatile std::uint64_t n = std::min(in.params->get<Calls>().n, kMost);
  std::uint64_t value = 0;
  for (std::uint64_t i = in.begin; i < in.end; ++i) value = fib(n);
  put_count(in, value);
}

// Every item has the same result.
std::optional<Value> combine(const Partials& partials) {
  return make_value(static_cast<std::int64_t>(partials.at<std::uint64_t>(0)));
}

}  // namespace

constinit const Kernel kFib = {.info = {.name = "fib",
                                        .summary = "The n-th Fibonacci number, recursively, several times.",
                                        .arguments = kArguments,
                                        .kind = KernelKind::compute,
                                        .arrays = 0,
                                        .dtypes = "none",
                                        .result = "int64",
                                        .example = "run fib --arg n=34 --arg times=8"},
                               .partial_bytes = count_bytes,
                               .prepare = prepare,
                               .run = run,
                               .combine = combine,
                               .items = items,
                               .grain = 1};

}  // namespace shmkit::kernel
