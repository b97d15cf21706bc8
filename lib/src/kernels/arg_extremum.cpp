#include <algorithm>

#include <shmkit/error.hpp>

#include "kernels/extreme_scan.hpp"
#include "kernels/rows.hpp"

// argmin and argmax, as numpy.argmin and numpy.argmax: the first NaN wins, else the first of the extremes.
namespace shmkit::kernel {
namespace {

template <Element T>
struct Place {
  Stored<T> value;
  std::uint64_t index;  // Flat.
};

template <Sense S>
Params prepare(const Arguments&, const Operands& operands) {
  if (operands.size > 0) return {};
  const std::string name = S == Sense::max ? "argmax" : "argmin";
  throw Error(Errc::usage, "kernel " + name + ": attempt to get " + name + " of an empty sequence");
}

std::size_t partial_bytes(const std::array<Kind, 2>& kinds, const Params&) {
  return visit_kind(kinds[0], []<Element T>() { return sizeof(Place<T>); });
}

template <Sense S, Element T>
bool displaces(Stored<T> later, Stored<T> earlier) noexcept {
  if (is_nan<T>(earlier)) return false;
  return is_nan<T>(later) || better<S, T>(later, earlier);
}

// Requires: the block holds `best`.
template <Sense S, Element T>
std::uint64_t position(const Stored<T>* block, Stored<T> best) noexcept {
  const bool nan = is_nan<T>(best);
  std::uint64_t i = 0;
  while (nan ? !is_nan<T>(block[i]) : better<S, T>(best, block[i])) ++i;
  return i;
}

// Only extremes of blocks are compared; the winner's place in its block is looked up at the end.
template <Sense S, Element T>
Place<T> place(const Stored<T>* data, std::uint64_t count) noexcept {
  Stored<T> best = extreme_of<T>(S, data, std::min<std::uint64_t>(kScanBlock<T>, count));
  std::uint64_t block = 0;
  for (std::uint64_t at = kScanBlock<T>; at < count && !is_nan<T>(best); at += kScanBlock<T>) {
    const auto rival = extreme_of<T>(S, data + at, std::min<std::uint64_t>(kScanBlock<T>, count - at));
    if (!displaces<S, T>(rival, best)) continue;
    best = rival;
    block = at;
  }
  return {best, block + position<S, T>(data + block, best)};
}

template <Sense S>
void run(const ChunkInput& in) noexcept {
  visit_kind(in.in[0].kind, [&]<Element T>() {
    auto found = place<S, T>(reinterpret_cast<const Stored<T>*>(in.in[0].data), in.end - in.begin);
    found.index += in.begin;
    std::memcpy(in.partial, &found, sizeof found);
  });
}

template <Sense S>
std::optional<Value> combine(const Partials& partials) {
  return visit_kind(partials.kinds[0], [&]<Element T>() -> Value {
    auto best = partials.at<Place<T>>(0);
    for (std::uint64_t i = 1; i < partials.chunks; ++i) {
      const auto rival = partials.at<Place<T>>(i);
      if (displaces<S, T>(rival.value, best.value)) best = rival;
    }
    return make_value(static_cast<std::int64_t>(best.index));
  });
}

template <Sense S>
constexpr Kernel row(std::string_view name, std::string_view summary, std::string_view example) {
  return {.info = {.name = name,
                   .summary = summary,
                   .arguments = {},
                   .dtypes = "all numeric",
                   .result = "int64",
                   .example = example},
          .accepts = is_computable,
          .partial_bytes = partial_bytes,
          .prepare = prepare<S>,
          .run = run<S>,
          .combine = combine<S>};
}

}  // namespace

constinit const Kernel kArgmin = row<Sense::min>(
    "argmin", "Flat index of the first smallest element, or of the first NaN.", "run argmin x");
constinit const Kernel kArgmax = row<Sense::max>(
    "argmax", "Flat index of the first largest element, or of the first NaN.", "run argmax x");

}  // namespace shmkit::kernel
