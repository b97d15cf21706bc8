#include <algorithm>

#include <shmkit/error.hpp>

#include "kernels/extreme_scan.hpp"
#include "kernels/rows.hpp"

// min and max, as numpy.min and numpy.max: NaN propagates, complex numbers are ordered lexicographically.
namespace shmkit::kernel {
namespace {

template <Sense S>
Params prepare(const Arguments&, const Operands& operands) {
  if (operands.size > 0) return {};
  const std::string name = S == Sense::max ? "max" : "min";
  throw Error(Errc::usage, "kernel " + name + ": zero-size array to reduction operation " + name +
                               "imum which has no identity");
}

std::size_t partial_bytes(const std::array<Kind, 2>& kinds, const Params&) {
  return DType(kinds[0]).itemsize();
}

template <Sense S, Element T>
Stored<T> extreme(const Stored<T>* data, std::uint64_t count) noexcept {
  Stored<T> best = extreme_of<T>(S, data, std::min<std::uint64_t>(kScanBlock<T>, count));
  for (std::uint64_t at = kScanBlock<T>; at < count && !is_nan<T>(best); at += kScanBlock<T>) {
    const auto block = std::min<std::uint64_t>(kScanBlock<T>, count - at);
    best = merge<S, T>(best, extreme_of<T>(S, data + at, block));
  }
  return best;
}

template <Sense S>
void run(const ChunkInput& in) noexcept {
  visit_kind(in.in[0].kind, [&]<Element T>() {
    const auto best = extreme<S, T>(reinterpret_cast<const Stored<T>*>(in.in[0].data), in.end - in.begin);
    std::memcpy(in.partial, &best, sizeof best);
  });
}

template <Sense S>
std::optional<Value> combine(const Partials& partials) {
  return visit_kind(partials.kinds[0], [&]<Element T>() -> Value {
    auto best = partials.at<Stored<T>>(0);
    for (std::uint64_t i = 1; i < partials.chunks; ++i) best = merge<S, T>(best, partials.at<Stored<T>>(i));
    if constexpr (std::is_same_v<T, bool>)
      return make_value(best != 0);
    else
      return make_value<T>(best);
  });
}

template <Sense S>
constexpr Kernel row(std::string_view name, std::string_view summary, std::string_view example) {
  return {.info = {.name = name,
                   .summary = summary,
                   .arguments = {},
                   .dtypes = "all numeric",
                   .result = "dtype of the array",
                   .example = example},
          .accepts = is_computable,
          .partial_bytes = partial_bytes,
          .prepare = prepare<S>,
          .run = run<S>,
          .combine = combine<S>};
}

}  // namespace

constinit const Kernel kMin =
    row<Sense::min>("min", "The smallest element; NaN if there is one.", "run min x");
constinit const Kernel kMax =
    row<Sense::max>("max", "The largest element; NaN if there is one.", "run max x --axis 0");

}  // namespace shmkit::kernel
