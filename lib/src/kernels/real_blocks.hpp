#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "kernels/convert.hpp"
#include "kernels/float_sum.hpp"
#include "kernels/order.hpp"

namespace shmkit::kernel {

/// A row has one element for each virtual lane (see LaneSums); a block of rows stays in the first cache.
inline constexpr std::size_t kBlockRows = 64;
inline constexpr std::size_t kBlockReals = kBlockRows * 32;

/// The real type of an element that is or has one: that of a complex number's parts. float64 for integers.
template <Element T>
struct RealOf {
  using type = std::conditional_t<std::is_integral_v<T>, double, T>;
};
template <class P>
struct RealOf<std::complex<P>> {
  using type = P;
};
template <Element T>
using Real = typename RealOf<T>::type;

template <Element T>
inline constexpr std::size_t kParts = kIsComplex<T> ? 2 : 1;

/// Calls visit(reals) with one block after another of `count` elements, a complex number as two reals,
/// integers and bools converted to float64. All blocks but the last have kBlockReals.
/// Requires: T is not long double.
template <Element T, class Visitor>
void for_each_block(std::byte* data, std::uint64_t count, Visitor visit) noexcept {
  constexpr std::size_t kElements = kBlockReals / kParts<T>;
  alignas(64) std::array<double, std::is_integral_v<T> ? kBlockReals : 1> converted;
  for (std::uint64_t at = 0; at < count; at += kElements) {
    const auto elements = static_cast<std::size_t>(std::min<std::uint64_t>(kElements, count - at));
    std::byte* from = data + at * sizeof(T);
    if constexpr (std::is_integral_v<T>) {
      auto* to = reinterpret_cast<std::byte*>(converted.data());
      convert({KindOf<T>::value, from}, {Kind::float64, to}, elements);
      from = to;
    }
    visit(Reals{KindOf<Real<T>>::value, kParts<T>, from, elements * kParts<T>});
  }
}

}  // namespace shmkit::kernel
