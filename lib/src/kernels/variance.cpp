#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/moments.hpp"
#include "kernels/narrow.hpp"
#include "kernels/pairwise.hpp"
#include "kernels/parse_scalar.hpp"
#include "kernels/real_blocks.hpp"
#include "kernels/rows.hpp"

// var and std, as numpy.var and numpy.std: float64 for bool and integers, else the dtype's real one; the
// squared distance of complex numbers. Blocks that stay in the cache are looked at twice; blocks and chunks
// are merged as a balanced tree. All in double, longdouble in long double.
//
// Where squares overflow or underflow on the way, the exact kernel computes with elements scaled both down
// and up by powers of two, and takes the one that fits.
namespace shmkit::kernel {
namespace {

constexpr std::array kArguments{ArgumentInfo{
    .name = "ddof", .summary = "What is taken from the number of elements to divide by.", .fallback = "0"}};

enum class What { var, std };

template <Element T>
using Compute = std::conditional_t<std::is_same_v<T, long double>, long double, double>;

// Only double can leave its own range.
template <Element T>
inline constexpr bool kNeedsScaling = std::is_same_v<Real<T>, double> && !std::is_integral_v<T>;

template <Element T>
struct Summary {
  std::array<Moments<Compute<T>>, kParts<T>> parts;

  void merge(const Summary& later) noexcept {
    for (std::size_t i = 0; i < kParts<T>; ++i) parts[i].merge(later.parts[i]);
  }

  Compute<T> squares() const noexcept {
    return kParts<T> == 1 ? parts[0].squares : parts.front().squares + parts.back().squares;
  }
};

constexpr double kScale = 0x1p600;

// The moments of elements / kScale and of elements * kScale. The divided ones do where squares overflowed,
// the multiplied ones where they underflowed; nobody asks in between.
template <Element T>
struct ScaledSummary {
  Summary<T> down;
  Summary<T> up;

  static constexpr double kEnough = 0x1p-600;

  // A part that overflows when it is multiplied and has so small deviations has none.
  double small_squares() const noexcept {
    double squares = 0;
    for (const auto& part : up.parts) squares += std::isfinite(part.squares) ? part.squares : 0;
    return squares;
  }

  void merge(const ScaledSummary& later) noexcept {
    down.merge(later.down);
    up.merge(later.up);
  }
};

struct Merge {
  template <class S>
  S operator()(S earlier, const S& later) const noexcept {
    earlier.merge(later);
    return earlier;
  }
};

template <What W>
Params prepare(const Arguments& arguments, const Operands&) {
  const std::string_view kernel = W == What::var ? "var" : "std";
  Params params;
  params.set(parse_scalar<std::int64_t>({kernel, "ddof", arguments.at("ddof")}));
  return params;
}

template <Element T>
Summary<T> block_summary(const Reals& reals) noexcept {
  Summary<T> block;
  block_moments(reals, block.parts.data());
  return block;
}

// As block_moments().
Summary<long double> long_summary(const long double* data, std::uint64_t count) noexcept {
  long double mean = 0;
  for (std::uint64_t i = 0; i < count; ++i) mean += data[i];
  mean /= static_cast<long double>(count);
  long double sum = 0;
  long double squares = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    const long double deviation = data[i] - mean;
    sum += deviation;
    squares += deviation * deviation;
  }
  const auto elements = static_cast<long double>(count);
  Summary<long double> block{{{{count, mean, 0, std::max(squares - sum * sum / elements, 0.0L)}}}};
  block.parts[0].move_mean(sum / elements);
  if (std::isfinite(squares + sum)) return block;
  const bool finite = std::all_of(data, data + count, [](long double x) { return std::isfinite(x); });
  block.parts[0].squares = finite ? HUGE_VALL : std::numeric_limits<long double>::quiet_NaN();
  return block;
}

template <Element T, class S>
void put(const ChunkInput& in, const Pairwise<S, Merge>& summaries) noexcept {
  const S total = in.count() == 0 ? S{} : summaries.total();
  std::memcpy(in.partial, &total, sizeof total);
}

void run(const ChunkInput& in) noexcept {
  visit_kind(in.in[0].kind, [&]<Element T>() {
    Pairwise<Summary<T>, Merge> summaries;
    if constexpr (std::is_same_v<T, long double>) {
      for (std::uint64_t at = 0; at < in.count(); at += kBlockReals)
        summaries.add(
            long_summary(in.in[0].as<const T>() + at, std::min<std::uint64_t>(kBlockReals, in.count() - at)));
    } else {
      for_each_block<T>(in.in[0].data, in.count(),
                        [&](const Reals& reals) { summaries.add(block_summary<T>(reals)); });
    }
    put<T>(in, summaries);
  });
}

template <Element T>
Summary<T> scaled_summary(const Reals& reals, double scale) noexcept {
  alignas(64) std::array<double, kBlockReals> scaled;
  const auto* data = static_cast<const double*>(reals.data);
  std::transform(data, data + reals.count, scaled.data(), [scale](double x) { return x * scale; });
  return block_summary<T>({Kind::float64, reals.parts, scaled.data(), reals.count});
}

void run_scaled(const ChunkInput& in) noexcept {
  visit_kind(in.in[0].kind, [&]<Element T>() {
    if constexpr (kNeedsScaling<T>) {
      Pairwise<ScaledSummary<T>, Merge> summaries;
      for_each_block<T>(in.in[0].data, in.count(), [&](const Reals& reals) {
        summaries.add({scaled_summary<T>(reals, 1 / kScale), scaled_summary<T>(reals, kScale)});
      });
      put<T>(in, summaries);
    }
  });
}

template <class S>
S total_of(const Partials& partials) noexcept {
  Pairwise<S, Merge> summaries;
  for (std::uint64_t i = 0; i < partials.chunks; ++i) summaries.add(partials.at<S>(i));
  return summaries.total();
}

// Of elements that were multiplied by 2^scale.
template <What W, Element T>
Value finish(Compute<T> squares, const Partials& partials, int scale) noexcept {
  using C = Compute<T>;
  const int128 divisor = int128{partials.size} - partials.params->get<std::int64_t>();
  const C variance = squares / static_cast<C>(std::max<int128>(divisor, 0));
  if (partials.size == 0 || variance != variance)
    return make_value(narrow<Real<T>>(std::numeric_limits<C>::quiet_NaN()));
  const C result =
      W == What::var ? std::ldexp(variance, -2 * scale) : std::ldexp(std::sqrt(variance), -scale);
  return make_value(narrow<Real<T>>(result));
}

// A mean that large leaves no deviations but zero whose squares would have underflowed to zero.
template <Element T>
bool is_sure(const Summary<T>& total) noexcept {
  const auto squares = total.squares();
  if (!kNeedsScaling<T> || squares != squares) return true;
  if (std::isinf(squares)) return false;
  const bool large = std::all_of(total.parts.begin(), total.parts.end(),
                                 [](const auto& part) { return std::abs(part.mean) > 0x1p-300; });
  return squares > 0x1p-700 || (squares == 0 && large);
}

template <What W>
std::optional<Value> combine(const Partials& partials) {
  return visit_kind(partials.kinds[0], [&]<Element T>() -> std::optional<Value> {
    const auto total = total_of<Summary<T>>(partials);
    if (!is_sure(total)) return std::nullopt;
    return finish<W, T>(total.squares(), partials, 0);
  });
}

template <What W>
std::optional<Value> combine_scaled(const Partials& partials) {
  return visit_kind(partials.kinds[0], [&]<Element T>() -> std::optional<Value> {
    if constexpr (kNeedsScaling<T>) {
      constexpr int kShift = 600;
      const auto total = total_of<ScaledSummary<T>>(partials);
      const double down = total.down.squares();
      if (!(down < ScaledSummary<T>::kEnough)) return finish<W, T>(down, partials, -kShift);
      return finish<W, T>(total.small_squares(), partials, kShift);
    } else {
      return std::nullopt;
    }
  });
}

std::size_t partial_bytes(const std::array<Kind, 2>& kinds, const Params&) {
  return visit_kind(kinds[0], []<Element T>() { return sizeof(Summary<T>); });
}

std::size_t scaled_bytes(const std::array<Kind, 2>& kinds, const Params&) {
  return 2 * partial_bytes(kinds, {});
}

constexpr KernelInfo kVarInfo{.name = "var",
                              .summary = "The variance; NaN for no elements.",
                              .arguments = kArguments,
                              .dtypes = "all numeric",
                              .result = "float64 or real dtype of the array",
                              .example = "run var x --arg ddof=1"};
constexpr KernelInfo kStdInfo{.name = "std",
                              .summary = "The standard deviation; NaN for no elements.",
                              .arguments = kArguments,
                              .dtypes = "all numeric",
                              .result = "float64 or real dtype of the array",
                              .example = "run std x --arg ddof=1"};

template <What W>
constexpr Kernel row() {
  return {.info = W == What::var ? kVarInfo : kStdInfo,
          .accepts = is_computable,
          .partial_bytes = partial_bytes,
          .prepare = prepare<W>,
          .run = run,
          .combine = combine<W>};
}

template <What W>
constexpr Kernel scaled_row() {
  Kernel scaled = row<W>();
  scaled.partial_bytes = scaled_bytes;
  scaled.run = run_scaled;
  scaled.combine = combine_scaled<W>;
  return scaled;
}

template <What W>
constexpr Kernel row_with_exact(const Kernel* exact) {
  Kernel fast = row<W>();
  fast.exact = exact;
  return fast;
}

constinit const Kernel kScaledVar = scaled_row<What::var>();
constinit const Kernel kScaledStd = scaled_row<What::std>();

}  // namespace

constinit const Kernel kVar = row_with_exact<What::var>(&kScaledVar);
constinit const Kernel kStd = row_with_exact<What::std>(&kScaledStd);

}  // namespace shmkit::kernel
