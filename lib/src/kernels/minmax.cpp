#include <algorithm>

#include <shmkit/error.hpp>

#include "kernels/extreme_scan.hpp"
#include "kernels/rows.hpp"

// minmax: what min and max give, from one pass over memory.
namespace shmkit::kernel {
namespace {

template <Element T>
struct Range {
  Stored<T> min;
  Stored<T> max;

  void add(const Range& later) noexcept {
    min = merge<Sense::min, T>(min, later.min);
    max = merge<Sense::max, T>(max, later.max);
  }
};

Params prepare(const Arguments&, const Operands& operands) {
  if (operands.size > 0) return {};
  throw Error(Errc::usage,
              "kernel minmax: zero-size array to reduction operation minmax which has no identity");
}

std::size_t partial_bytes(const std::array<Kind, 2>& kinds, const Params&) {
  return 2 * DType(kinds[0]).itemsize();
}

// The second look at a block finds it in the cache.
template <Element T>
Range<T> range_of(const Stored<T>* data, std::uint64_t count) noexcept {
  const auto block_at = [&](std::uint64_t at) {
    const auto block = std::min<std::uint64_t>(kScanBlock<T>, count - at);
    return Range<T>{extreme_of<T>(Sense::min, data + at, block), extreme_of<T>(Sense::max, data + at, block)};
  };
  Range<T> range = block_at(0);
  for (std::uint64_t at = kScanBlock<T>; at < count && !is_nan<T>(range.min); at += kScanBlock<T>)
    range.add(block_at(at));
  return range;
}

void run(const ChunkInput& in) noexcept {
  visit_kind(in.in[0].kind, [&]<Element T>() {
    const auto range = range_of<T>(in.in[0].as<const Stored<T>>(), in.count());
    std::memcpy(in.partial, &range, sizeof range);
  });
}

template <Element T>
Value value_of(Stored<T> extreme) {
  if constexpr (std::is_same_v<T, bool>)
    return make_value(extreme != 0);
  else
    return make_value<T>(extreme);
}

std::optional<Value> combine(const Partials& partials) {
  return visit_kind(partials.kinds[0], [&]<Element T>() -> Value {
    auto range = partials.at<Range<T>>(0);
    for (std::uint64_t i = 1; i < partials.chunks; ++i) range.add(partials.at<Range<T>>(i));
    return {DType(KindOf<T>::value), {}, {value_of<T>(range.min), value_of<T>(range.max)}};
  });
}

}  // namespace

constinit const Kernel kMinmax = {
    .info = {.name = "minmax",
             .summary = "The smallest and the largest element; NaN if there is one.",
             .arguments = {},
             .dtypes = "all numeric",
             .result = "two of the array's dtype",
             .example = "run minmax x"},
    .accepts = is_computable,
    .partial_bytes = partial_bytes,
    .prepare = prepare,
    .run = run,
    .combine = combine};

}  // namespace shmkit::kernel
