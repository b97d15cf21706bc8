#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>

#include <fmt/format.h>

#include <shmkit/error.hpp>

#include "kernels/bins.hpp"
#include "kernels/convert.hpp"
#include "kernels/counts.hpp"
#include "kernels/order.hpp"
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

// What is asked for, until minmax is known.
struct Request {
  Bins bins;
  bool has_lo = false;
  bool has_hi = false;
};

[[noreturn]] void refuse(const Bins& bins, const std::string& why, std::string hint) {
  throw Error(Errc::usage, fmt::format("kernel histogram: the range [{}, {}] {}", bins.lo, bins.hi, why),
              std::move(hint));
}

bool all_distinct(const Bins& bins) {
  for (std::uint32_t i = 0; i < bins.count; ++i) {
    if (!(bins.edge(i) < bins.edge(i + 1))) return false;
  }
  return true;
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
  params.set(Request{bins, true, true});
  return params;
}

// Checked as a number of the kind that edges are rounded to.
double wide_edge(const ArgumentText& argument, Kind edges) {
  if (edges == Kind::float32) return parse_wide<float>(argument);
  return edges == Kind::float16 ? parse_wide<float16>(argument) : parse_wide<double>(argument);
}

double parse_edge(const ArgumentText& argument, Kind edges) {
  const double edge = wide_edge(argument, edges);
  if (std::isfinite(edge)) return edge;
  throw Error(Errc::usage,
              fmt::format("kernel histogram: {} '{}' is not finite", argument.name, argument.text),
              "Bins need a finite range.");
}

std::uint32_t parse_bins(const ArgumentText& argument) {
  return static_cast<std::uint32_t>(parse_count(argument, 1, kMaxBins));
}

// No elements: from 0 to 1, as NumPy.
Params prepare(const Arguments& arguments, const Operands& operands) {
  const ArgumentText lo{"histogram", "lo", arguments.at("lo")};
  const ArgumentText hi{"histogram", "hi", arguments.at("hi")};
  const Kind kind = operands.kinds[0];
  const bool is_short = kind == Kind::float16 || kind == Kind::float32;
  Request request;
  request.has_lo = lo.text != "min" || operands.size == 0;
  request.has_hi = hi.text != "max" || operands.size == 0;
  Bins& bins = request.bins;
  bins.count = parse_bins({"histogram", "bins", arguments.at("bins")});
  bins.edges = is_short ? kind : Kind::float64;
  bins.lo = lo.text == "min" ? 0 : parse_edge(lo, bins.edges);
  bins.hi = hi.text == "max" ? 1 : parse_edge(hi, bins.edges);
  if (request.has_lo && request.has_hi) return finished(bins);
  Params params;
  params.set(request);
  return params;
}

bool settled(const Params& params) {
  const auto request = params.get<Request>();
  return request.has_lo && request.has_hi;
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
  auto request = params.get<Request>();
  if (!request.has_lo) request.bins.lo = as_double(minmax.list.at(0));
  if (!request.has_hi) request.bins.hi = as_double(minmax.list.at(1));
  return finished(request.bins);
}

Bins bins_of(const Params& params) noexcept { return params.get<Request>().bins; }

std::size_t partial_bytes(const std::array<Kind, 2>&, const Params& params) {
  return std::size_t{bins_of(params).count} * sizeof(std::uint64_t);
}

// Elements at a time: their bins are found with vectors, and then counted one by one.
constexpr std::size_t kBlock = 512;

void count_block(const Bins& bins, const double* data, std::size_t count, std::uint64_t* counts) noexcept {
  std::array<std::int32_t, kBlock> found;
  find_bins(bins, data, count, found.data());
  for (std::size_t i = 0; i < count; ++i) {
    if (static_cast<std::uint32_t>(found[i]) < bins.count) ++counts[found[i]];
  }
}

void run(const ChunkInput& in) noexcept {
  const Bins bins = bins_of(*in.params);
  const Kind kind = in.in[0].kind;
  auto* counts = reinterpret_cast<std::uint64_t*>(in.partial);
  std::fill_n(counts, bins.count, std::uint64_t{0});
  alignas(64) std::array<double, kBlock> block;
  const Column converted{Kind::float64, reinterpret_cast<std::byte*>(block.data())};
  for (std::uint64_t at = 0; at < in.count(); at += kBlock) {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(kBlock, in.count() - at));
    convert({kind, in.in[0].data + at * natural_itemsize(kind)}, converted, count);
    count_block(bins, block.data(), count, counts);
  }
}

std::optional<Value> combine(const Partials& partials) {
  const Bins bins = bins_of(*partials.params);
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
  for (std::uint32_t i = 0; i <= bins.count; ++i) edges.list.push_back(make_value(bins.edge(i)));
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
