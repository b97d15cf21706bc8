// Three kernels in C++: a reduction with partial results of its own, a map with an argument, and one without
// an array.
#include <shmkit/kernel.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <stdexcept>
#include <string>

namespace {

/// How far apart the numbers are: what is known of a chunk, or of several.
struct Spread {
  double low;
  double high;
  bool any;
};

int run_spread(const shmkit_chunk* chunk) {
  const auto* x = static_cast<const double*>(chunk->array[0].data);
  auto& spread = *static_cast<Spread*>(chunk->result);
  for (std::uint64_t i = 0; i < chunk->count; ++i) {
    if (std::isnan(x[i])) throw std::domain_error("element " + std::to_string(chunk->begin + i) + " is NaN");
    spread.low = spread.any ? std::min(spread.low, x[i]) : x[i];
    spread.high = spread.any ? std::max(spread.high, x[i]) : x[i];
    spread.any = true;
  }
  return 0;
}

void merge_spreads(void* into, const void* later) {
  auto& a = *static_cast<Spread*>(into);
  const auto& b = *static_cast<const Spread*>(later);
  if (!b.any) return;
  a = a.any ? Spread{std::min(a.low, b.low), std::max(a.high, b.high), true} : b;
}

int finish_spread(const void* partial, void* result) {
  const auto& spread = *static_cast<const Spread*>(partial);
  *static_cast<double*>(result) = spread.any ? spread.high - spread.low : 0;
  return 0;
}

/// Cuts off what is further from 0 than the limit.
int run_clip(const shmkit_chunk* chunk) {
  const double limit = std::atof(chunk->host->argument(chunk, "limit"));
  if (!(limit >= 0)) {
    chunk->host->fail(chunk, "the limit must be a number that is not negative");
    return 1;
  }
  const auto* x = static_cast<const double*>(chunk->array[0].data);
  auto* out = static_cast<double*>(chunk->out.data);
  for (std::uint64_t i = 0; i < chunk->count; ++i) out[i] = std::clamp(x[i], -limit, limit);
  return 0;
}

/// How many of 1 .. n can be divided by 3 or 5.
int run_fizzbuzz(const shmkit_chunk* chunk) {
  auto& count = *static_cast<std::int64_t*>(chunk->result);
  for (std::uint64_t i = chunk->begin; i < chunk->end; ++i) {
    if (chunk->host->cancelled(chunk)) return 0;
    if ((i + 1) % 3 == 0 || (i + 1) % 5 == 0) ++count;
    if (i % 1000 == 0) chunk->host->progress(chunk, i - chunk->begin);
  }
  return 0;
}

constexpr shmkit_argument kLimit[] = {{"limit", "The largest absolute value.", "1"}};
constexpr shmkit_argument kN[] = {{"n", "Up to this number.", "100"}};

constexpr shmkit_kernel kSpread{.name = "spread",
                                .summary = "The largest minus the smallest number; no NaN, please.",
                                .kind = SHMKIT_REDUCTION,
                                .dtypes = "float64",
                                .arrays = 1,
                                .result = "float64",
                                .results = 1,
                                .partial_size = sizeof(Spread),
                                .combine = SHMKIT_MERGE,
                                .arguments = nullptr,
                                .argument_count = 0,
                                .grain = 0,
                                .run = run_spread,
                                .merge = merge_spreads,
                                .finish = finish_spread,
                                .items = nullptr};
constexpr shmkit_kernel kClip{.name = "clip",
                              .summary = "Cuts off what is beyond a limit.",
                              .kind = SHMKIT_MAP,
                              .dtypes = "float64",
                              .arrays = 1,
                              .result = nullptr,
                              .results = 0,
                              .partial_size = 0,
                              .combine = SHMKIT_MERGE,
                              .arguments = kLimit,
                              .argument_count = 1,
                              .grain = 0,
                              .run = run_clip,
                              .merge = nullptr,
                              .finish = nullptr,
                              .items = nullptr};
constexpr shmkit_kernel kFizzbuzz{.name = "fizzbuzz",
                                  .summary = "How many of 1 .. n can be divided by 3 or 5.",
                                  .kind = SHMKIT_COMPUTE,
                                  .dtypes = nullptr,
                                  .arrays = 0,
                                  .result = "int64",
                                  .results = 1,
                                  .partial_size = 0,
                                  .combine = SHMKIT_SUM,
                                  .arguments = kN,
                                  .argument_count = 1,
                                  .grain = 10'000,
                                  .run = run_fizzbuzz,
                                  .merge = nullptr,
                                  .finish = nullptr,
                                  .items = [](const shmkit_chunk* chunk) -> std::uint64_t {
                                    return std::strtoull(chunk->host->argument(chunk, "n"), nullptr, 10);
                                  }};

}  // namespace

SHMKIT_KERNELS(&kSpread, &kClip, &kFizzbuzz)
