#include <cmath>
#include <limits>

#include "kernels/narrow.hpp"
#include "kernels/pairwise.hpp"
#include "kernels/product_sums.hpp"
#include "kernels/real_blocks.hpp"
#include "kernels/rows.hpp"

// norm: the 2-norm of all elements, as numpy.linalg.norm of the flattened array: float64 for bool and
// integers, else the dtype's real one; NaN if there is one. Within 1 ulp for the sums' errors (see
// sum_of_squares()), of which the square root takes half.
//
// Where squares overflow or underflow, the exact kernel sums the squares of large, middling and small
// elements apart, the outer ones scaled (J. L. Blue, "A portable Fortran program to find the Euclidean norm
// of a vector", 1978). The constants are those of E. Anderson, "Algorithm 978: Safe scaling in the level 1
// BLAS", 2017.
namespace shmkit::kernel {
namespace {

template <Element T>
using Compute = std::conditional_t<std::is_same_v<T, long double>, long double, double>;

// The squares of the shorter types and of integers neither overflow nor underflow in double.
template <Element T>
inline constexpr bool kNeedsScaling =
    !std::is_integral_v<T> && (std::is_same_v<Real<T>, double> || std::is_same_v<T, long double>);

template <class C>
constexpr C power_of_two(int exponent) noexcept {
  C power = 1;
  for (; exponent > 0; --exponent) power *= 2;
  for (; exponent < 0; ++exponent) power /= 2;
  return power;
}

template <class C>
struct Blue {
  using Limits = std::numeric_limits<C>;
  static constexpr int half_up(int i) noexcept { return i > 0 ? (i + 1) / 2 : i / 2; }
  static constexpr int half_down(int i) noexcept { return -half_up(-i); }

  static constexpr C kSmall = power_of_two<C>(half_up(Limits::min_exponent - 1));
  static constexpr C kLarge = power_of_two<C>(half_down(Limits::max_exponent - Limits::digits + 1));
  static constexpr C kUp = power_of_two<C>(-half_down(Limits::min_exponent - Limits::digits));
  static constexpr C kDown = power_of_two<C>(-half_up(Limits::max_exponent + Limits::digits - 1));

  Sum2<C> large;
  Sum2<C> middling;
  Sum2<C> small;
  C special = 0;  // The sum of the sizes that are not finite.

  void add(C element) noexcept {
    const C size = std::abs(element);
    if (!std::isfinite(size))
      special += size;
    else if (size > kLarge)
      large.add((size * kDown) * (size * kDown));
    else if (size < kSmall)
      small.add((size * kUp) * (size * kUp));
    else
      middling.add(size * size);
  }

  void add(const Blue& later) noexcept {
    large.add(later.large);
    middling.add(later.middling);
    small.add(later.small);
    special += later.special;
  }

  // The small ones do not count beside a large one.
  C norm() const noexcept {
    if (special != 0) return special;
    if (large.high > 0) {
      Sum2<C> sum = large;
      sum.add(middling.value() * kDown * kDown);
      return std::sqrt(sum.value()) / kDown;
    }
    const C a = std::sqrt(middling.value());
    const C b = std::sqrt(small.value()) / kUp;
    if (a == 0 || b == 0) return a + b;
    const C ratio = std::min(a, b) / std::max(a, b);
    return std::max(a, b) * std::sqrt(1 + ratio * ratio);
  }
};

struct Merge {
  template <class S>
  S operator()(S earlier, const S& later) const noexcept {
    earlier.add(later);
    return earlier;
  }
};

template <class S>
void put(const ChunkInput& in, const S& partial) noexcept {
  std::memcpy(in.partial, &partial, sizeof partial);
}

// A complex number counts as two reals.
template <Element T>
Sum2<Compute<T>> squares_of(const ChunkInput& in) noexcept {
  Sum2<Compute<T>> sum;
  if constexpr (std::is_same_v<T, long double>) {
    const auto* data = in.in[0].as<const T>();
    for (std::uint64_t i = 0; i < in.count(); ++i) sum.add(data[i] * data[i]);
  } else if constexpr (std::is_integral_v<T>) {
    for_each_block<T>(in.in[0].data, in.count(), [&](const Reals& reals) {
      sum.add(sum_of_squares(reals.real, reals.data, reals.count));
    });
  } else {
    sum = sum_of_squares(KindOf<Real<T>>::value, in.in[0].data, in.count() * kParts<T>);
  }
  return sum;
}

void run(const ChunkInput& in) noexcept {
  visit_kind(in.in[0].kind, [&]<Element T>() { put(in, squares_of<T>(in)); });
}

void run_scaled(const ChunkInput& in) noexcept {
  visit_kind(in.in[0].kind, [&]<Element T>() {
    if constexpr (kNeedsScaling<T>) {
      using C = Compute<T>;
      const auto* data = in.in[0].as<const C>();
      Blue<C> sums;
      for (std::uint64_t i = 0; i < in.count() * kParts<T>; ++i) sums.add(data[i]);
      put(in, sums);
    }
  });
}

template <class S>
S total_of(const Partials& partials) noexcept {
  Pairwise<S, Merge> sum;
  for (std::uint64_t i = 0; i < partials.chunks; ++i) sum.add(partials.at<S>(i));
  return sum.total();
}

template <Element T>
Value finish(Compute<T> norm) noexcept {
  if (norm != norm) norm = std::numeric_limits<Compute<T>>::quiet_NaN();
  return make_value(narrow<Real<T>>(norm));
}

// The least sum that has lost nothing to underflow that counts.
template <class C>
inline constexpr C kEnough = power_of_two<C>(std::numeric_limits<C>::min_exponent +
                                             2 * std::numeric_limits<C>::digits);

std::optional<Value> combine(const Partials& partials) {
  return visit_kind(partials.kinds[0], [&]<Element T>() -> std::optional<Value> {
    const auto sum = total_of<Sum2<Compute<T>>>(partials);
    const bool sure = sum.high != sum.high || (sum.high >= kEnough<Compute<T>> && std::isfinite(sum.high));
    if (kNeedsScaling<T> && !sure) return std::nullopt;
    return finish<T>(std::sqrt(sum.value()));
  });
}

std::optional<Value> combine_scaled(const Partials& partials) {
  return visit_kind(partials.kinds[0], [&]<Element T>() -> std::optional<Value> {
    if constexpr (kNeedsScaling<T>)
      return finish<T>(total_of<Blue<Compute<T>>>(partials).norm());
    else
      return std::nullopt;
  });
}

std::size_t partial_bytes(const std::array<Kind, 2>& kinds, const Params&) {
  return visit_kind(kinds[0], []<Element T>() { return sizeof(Sum2<Compute<T>>); });
}

std::size_t scaled_bytes(const std::array<Kind, 2>& kinds, const Params&) {
  return visit_kind(kinds[0], []<Element T>() { return sizeof(Blue<Compute<T>>); });
}

constexpr KernelInfo kInfo{.name = "norm",
                           .summary = "The 2-norm: the square root of the sum of all squares.",
                           .arguments = {},
                           .dtypes = "all numeric",
                           .result = "float64 or real dtype of the array",
                           .example = "run norm x"};

constinit const Kernel kScaledNorm = {.info = kInfo,
                                      .accepts = is_computable,
                                      .partial_bytes = scaled_bytes,
                                      .run = run_scaled,
                                      .combine = combine_scaled};

}  // namespace

constinit const Kernel kNorm = {.info = kInfo,
                                .accepts = is_computable,
                                .partial_bytes = partial_bytes,
                                .run = run,
                                .combine = combine,
                                .exact = &kScaledNorm};

}  // namespace shmkit::kernel
