#include <array>

#include "kernels/counts.hpp"
#include "kernels/rows.hpp"

// primes: how many primes there are in [start, stop). Work to measure with, not the way to count primes: each
// candidate is tried with 2, 3 and all 6 k - 1 and 6 k + 1 up to its square root, which makes items of very
// unequal cost.
namespace shmkit::kernel {
namespace {

constexpr std::array kArguments{
    ArgumentInfo{.name = "start", .summary = "The first candidate.", .fallback = {}},
    ArgumentInfo{.name = "stop", .summary = "One past the last, at most 2^63 - 1.", .fallback = {}}};

struct Candidates {
  std::uint64_t start;
  std::uint64_t stop;
};

Params prepare(const Arguments& arguments, const Operands&) {
  Params params;
  params.set(Candidates{parse_count({"primes", "start", arguments.at("start")}, 0, kMostItems),
                        parse_count({"primes", "stop", arguments.at("stop")}, 0, kMostItems)});
  return params;
}

std::uint64_t items(const Params& params) {
  const auto candidates = params.get<Candidates>();
  return candidates.stop > candidates.start ? candidates.stop - candidates.start : 0;
}

// The squares of divisors stay below 2^64: the last one tried is at most 6 above 2^31.5.
bool is_prime(std::uint64_t candidate) noexcept {
  if (candidate > kMostItems) return false;  // prepare() lets none of these through.
  if (candidate < 4) return candidate > 1;
  if (candidate % 2 == 0 || candidate % 3 == 0) return false;
  for (std::uint64_t divisor = 5; divisor * divisor <= candidate; divisor += 6) {
    if (candidate % divisor == 0 || candidate % (divisor + 2) == 0) return false;
  }
  return true;
}

void run(const ChunkInput& in) noexcept {
  const std::uint64_t start = in.params->get<Candidates>().start;
  std::uint64_t primes = 0;
  for (std::uint64_t i = in.begin; i < in.end; ++i) primes += is_prime(start + i) ? 1 : 0;
  put_count(in, primes);
}

std::optional<Value> combine(const Partials& partials) {
  return make_value(static_cast<std::int64_t>(total_count(partials)));
}

}  // namespace

constinit const Kernel kPrimes = {
    .info = {.name = "primes",
             .summary = "Counts primes from start to before stop, by trial division.",
             .arguments = kArguments,
             .kind = KernelKind::compute,
             .arrays = 0,
             .dtypes = "none",
             .result = "int64",
             .example = "run primes --arg start=1000000 --arg stop=2000000"},
    .partial_bytes = count_bytes,
    .prepare = prepare,
    .run = run,
    .combine = combine,
    .items = items,
    .grain = 16};

}  // namespace shmkit::kernel
