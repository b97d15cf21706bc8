#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>

#include <shmkit/error.hpp>

#include "kernels/convert.hpp"
#include "kernels/narrow.hpp"
#include "kernels/order.hpp"
#include "kernels/parse_scalar.hpp"
#include "kernels/prefetch.hpp"
#include "kernels/rows.hpp"

// histogram: how many elements fall into each of a number of equal bins, as numpy.histogram counts them:
// every bin is half open but the last one; what is outside of [lo, hi], and NaN, is not counted; the edges
// are those of numpy.linspace, rounded to the dtype where that is float16 or float32, and decide in which bin
// an element is. Too narrow a range for the number of bins is refused, as NumPy 2 does. longdouble is rounded
// to float64 first.
namespace shmkit::kernel {
namespace {

constexpr std::array kArguments{
    ArgumentInfo{.name = "bins", .summary = "How many, at most 1048576.", .fallback = "10"},
    ArgumentInfo{.name = "lo", .summary = "Where the first bin begins.", .fallback = "min"},
    ArgumentInfo{.name = "hi", .summary = "Where the last bin ends.", .fallback = "max"}};

constexpr std::uint32_t kMaxBins = 1U << 20U;

// What is computed in double and then rounded to: float16, float32 or double.
template <Element T>
using EdgeType = std::conditional_t<std::is_same_v<T, float16> || std::is_same_v<T, float>, T, double>;

template <class E>
double rounded(double value) noexcept {
  return widen(narrow<E>(value));
}

struct Bins {
  double lo = 0;
  double hi = 0;
  double step = 0;
  double per_unit = 0;  // Bins.
  std::uint32_t count = 0;
  Kind kind = Kind::float64;  // Of the array.
  bool has_lo = false;
  bool has_hi = false;

  // Requires: step is not 0.
  template <class E>
  double edge(std::uint32_t i) const noexcept {
    return rounded<E>(i == count ? hi : static_cast<double>(static_cast<std::int32_t>(i)) * step + lo);
  }
};

template <class Visitor>
decltype(auto) visit_edge(Kind kind, Visitor visit) {
  return visit_kind(kind, [&]<Element T>() { return visit.template operator()<EdgeType<T>>(); });
}

[[noreturn]] void refuse(const Bins& bins, const std::string& why, std::string hint) {
  throw Error(
      Errc::usage,
      "kernel histogram: the range [" + std::to_string(bins.lo) + ", " + std::to_string(bins.hi) + "] " + why,
      std::move(hint));
}

bool all_distinct(const Bins& bins) {
  return visit_edge(bins.kind, [&]<class E>() {
    for (std::uint32_t i = 0; i < bins.count; ++i) {
      if (!(bins.edge<E>(i) < bins.edge<E>(i + 1))) return false;
    }
    return true;
  });
}

Params finished(Bins bins) {
  if (!std::isfinite(bins.lo) || !std::isfinite(bins.hi))
    refuse(bins, "is not finite",
           "Give lo and hi: the array has NaN or infinities, which are not counted then.");
  if (bins.lo > bins.hi) refuse(bins, "is empty", "hi must not be less than lo.");
  if (bins.lo == bins.hi) {
    bins.lo -= 0.5;
    bins.hi += 0.5;
  }
  const double width = bins.hi - bins.lo;
  if (std::isinf(width)) refuse(bins, "is wider than a float64", "Give lo and hi that are closer together.");
  bins.step = width / bins.count;
  bins.per_unit = bins.count / width;
  if (!std::isfinite(bins.per_unit) || bins.step == 0 || !all_distinct(bins))
    refuse(bins, "is too narrow for " + std::to_string(bins.count) + " bins",
           "Take fewer bins or a wider range.");
  Params params;
  params.set(bins);
  return params;
}

double parse_edge(const ArgumentText& argument, Kind kind) {
  return visit_edge(kind, [&]<class E>() { return static_cast<double>(parse_wide<E>(argument)); });
}

// No elements: from 0 to 1, as NumPy.
Params prepare(const Arguments& arguments, const Operands& operands) {
  const ArgumentText count{"histogram", "bins", arguments.at("bins")};
  Bins bins;
  bins.kind = operands.kinds[0];
  bins.count = parse_scalar<std::uint32_t>(count);
  if (bins.count < 1 || bins.count > kMaxBins)
    throw Error(Errc::usage, "kernel histogram: bins '" + arguments.at("bins") + "' is out of range",
                "Take from 1 to " + std::to_string(kMaxBins) + ".");
  const ArgumentText lo{"histogram", "lo", arguments.at("lo")};
  const ArgumentText hi{"histogram", "hi", arguments.at("hi")};
  bins.has_lo = lo.text != "min" || operands.size == 0;
  bins.has_hi = hi.text != "max" || operands.size == 0;
  bins.hi = 1;
  if (lo.text != "min") bins.lo = parse_edge(lo, bins.kind);
  if (hi.text != "max") bins.hi = parse_edge(hi, bins.kind);
  if (bins.has_lo && bins.has_hi) return finished(bins);
  Params params;
  params.set(bins);
  return params;
}

bool settled(const Params& params) {
  const auto bins = params.get<Bins>();
  return bins.has_lo && bins.has_hi;
}

double as_double(const Value& value) {
  return std::visit(
      []<class T>(T number) -> double {
        if constexpr (std::is_arithmetic_v<T>)
          return static_cast<double>(number);
        else
          return std::numeric_limits<double>::quiet_NaN();
      },
      value.scalar);
}

Params settle(Params params, const Value& minmax) {
  auto bins = params.get<Bins>();
  if (!bins.has_lo) bins.lo = as_double(minmax.list.at(0));
  if (!bins.has_hi) bins.hi = as_double(minmax.list.at(1));
  bins.has_lo = bins.has_hi = true;
  return finished(bins);
}

std::size_t partial_bytes(const std::array<Kind, 2>&, const Params& params) {
  return std::size_t{params.get<Bins>().count} * sizeof(std::uint64_t);
}

// Elements at a time: their bins are found with vectors, and then counted one by one.
constexpr std::size_t kBlock = 512;
constexpr std::int32_t kNone = -1;

// The first guess is at most one off, as in NumPy's own algorithm; the edges decide.
template <class E>
std::int32_t bin_of(double x, const Bins& bins) noexcept {
  const double last = bins.count - 1;
  const double guess = std::clamp((x - bins.lo) * bins.per_unit, 0.0, last);
  auto bin = static_cast<std::uint32_t>(static_cast<std::int32_t>(guess));
  bin -= x < bins.edge<E>(bin) ? 1U : 0U;
  bin += bin + 1 < bins.count && x >= bins.edge<E>(bin + 1) ? 1U : 0U;
  return static_cast<std::int32_t>(bin);
}

template <class E>
void count_block(const double* data, std::size_t count, const Bins& bins, std::uint64_t* counts) noexcept {
  const double lowest = bins.edge<E>(0);
  const double highest = bins.edge<E>(bins.count);
  std::array<std::int32_t, kBlock> found;
  for (std::size_t i = 0; i < count; ++i) {
    const bool inside = data[i] >= lowest && data[i] <= highest;
    const std::int32_t bin = bin_of<E>(inside ? data[i] : lowest, bins);
    found[i] = inside ? bin : kNone;
  }
  for (std::size_t i = 0; i < count; ++i) {
    if (static_cast<std::uint32_t>(found[i]) < bins.count) ++counts[found[i]];
  }
}

void run(const ChunkInput& in) noexcept {
  const auto bins = in.params->get<Bins>();
  const Kind kind = in.in[0].kind;
  auto* counts = reinterpret_cast<std::uint64_t*>(in.partial);
  std::fill_n(counts, bins.count, std::uint64_t{0});
  alignas(64) std::array<double, kBlock> block;
  for (std::uint64_t at = 0; at < in.count(); at += kBlock) {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(kBlock, in.count() - at));
    std::byte* from = in.in[0].data + at * natural_itemsize(kind);
    convert({kind, from}, {Kind::float64, reinterpret_cast<std::byte*>(block.data())}, count);
    visit_edge(kind, [&]<class E>() { count_block<E>(block.data(), count, bins, counts); });
  }
}

std::optional<Value> combine(const Partials& partials) {
  const auto bins = partials.params->get<Bins>();
  std::vector<std::uint64_t> counts(bins.count);
  for (std::uint64_t chunk = 0; chunk < partials.chunks; ++chunk) {
    const std::byte* from = partials.data + chunk * partials.stride;
    for (std::size_t i = 0; i < counts.size(); ++i) {
      std::uint64_t count = 0;
      std::memcpy(&count, from + i * sizeof count, sizeof count);
      counts[i] += count;
    }
  }
  Value frequencies{Kind::int64, {}, {}};
  for (const std::uint64_t count : counts)
    frequencies.list.push_back(make_value(static_cast<std::int64_t>(count)));
  Value edges{Kind::float64, {}, {}};
  visit_edge(partials.kinds[0], [&]<class E>() {
    for (std::uint32_t i = 0; i <= bins.count; ++i) edges.list.push_back(make_value(bins.edge<E>(i)));
  });
  return Value{Kind::float64, {}, {std::move(frequencies), std::move(edges)}};
}

bool accepts(const std::array<Kind, 2>& kinds) {
  return is_computable(kinds) && visit_kind(kinds[0], []<Element T>() { return !kIsComplex<T>; });
}

}  // namespace

constinit const Kernel kHistogram = {.info = {.name = "histogram",
                                              .summary = "Counts elements in equal bins, as numpy.histogram.",
                                              .arguments = kArguments,
                                              .dtypes = "all numeric but complex",
                                              .result = "int64 counts, float64 edges",
                                              .example = "run histogram x --arg bins=20"},
                                     .accepts = accepts,
                                     .partial_bytes = partial_bytes,
                                     .prepare = prepare,
                                     .run = run,
                                     .combine = combine,
                                     .first = "minmax",
                                     .settled = settled,
                                     .settle = settle};

}  // namespace shmkit::kernel
