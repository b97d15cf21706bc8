#include <algorithm>
#include <array>

#include "kernels/counts.hpp"
#include "kernels/philox.hpp"
#include "kernels/rows.hpp"

// pi by Monte Carlo: four times the share of random points of the unit square with x^2 + y^2 <= 1. Point i is
// (element 2 i, element 2 i + 1) of what the kernel `random` writes into float64 for the same seed, that is,
// block i of Philox; so the hits depend on n and the seed alone.
namespace shmkit::kernel {
namespace {

constexpr std::array kArguments{
    ArgumentInfo{.name = "n", .summary = "How many points, at most 2^63 - 1.", .fallback = "1000000"},
    ArgumentInfo{.name = "seed", .summary = "A number from 0 to 2^64 - 1.", .fallback = "0"}};

struct Points {
  std::uint64_t count;
  std::uint64_t seed;
};

Params prepare(const Arguments& arguments, const Operands&) {
  const auto count = parse_count({"pi", "n", arguments.at("n")}, 1, kMostItems);
  Params params;
  params.set(Points{count, parse_scalar<std::uint64_t>({"pi", "seed", arguments.at("seed")})});
  return params;
}

std::uint64_t items(const Params& params) { return params.get<Points>().count; }

double coordinate(std::uint64_t bits) noexcept {
  return static_cast<double>(static_cast<std::int64_t>(bits >> 11U)) * 0x1p-53;
}

void run(const ChunkInput& in) noexcept {
  constexpr std::size_t kBlock = 256;  // 4 KiB stay in the first cache.
  const std::uint64_t seed = in.params->get<Points>().seed;
  alignas(64) std::array<std::uint64_t, 2 * kBlock> words;
  std::uint64_t hits = 0;
  for (std::uint64_t at = in.begin; at < in.end; at += kBlock) {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(kBlock, in.end - at));
    philox_blocks(seed, at, count, words.data());
    for (std::size_t i = 0; i < count; ++i) {
      const double x = coordinate(words[2 * i]);
      const double y = coordinate(words[2 * i + 1]);
      hits += x * x + y * y <= 1 ? 1 : 0;
    }
  }
  put_count(in, hits);
}

std::optional<Value> combine(const Partials& partials) {
  const auto hits = static_cast<double>(total_count(partials));
  return make_value(4 * hits / static_cast<double>(items(*partials.params)));
}

}  // namespace

constinit const Kernel kPi = {.info = {.name = "pi",
                                       .summary = "Estimates pi from random points.",
                                       .arguments = kArguments,
                                       .kind = KernelKind::compute,
                                       .arrays = 0,
                                       .dtypes = "none",
                                       .result = "float64",
                                       .example = "run pi --arg n=100000000"},
                              .partial_bytes = count_bytes,
                              .prepare = prepare,
                              .run = run,
                              .combine = combine,
                              .items = items,
                              .grain = 1U << 14U};

}  // namespace shmkit::kernel
