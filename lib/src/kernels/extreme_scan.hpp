#pragma once

#include <cstddef>

#include "kernels/order.hpp"

namespace shmkit::kernel {

/// Elements that extreme_of() is best given at once: they stay in the first cache while it looks twice.
template <Element T>
inline constexpr std::size_t kScanBlock = 16384 / sizeof(Stored<T>);

/// Writes the extreme of `count` elements to `result`; see extreme_of().
void scan_extreme(Kind kind, Sense sense, const void* data, std::size_t count, void* result) noexcept;

/// The extreme of a block as merge() would find it, at the speed of the widest vectors that the processor
/// has. The bits of the result do not depend on which those are; NaN comes back as the canonical quiet NaN,
/// except that a complex NaN comes back as it is. A bool comes back as 0 or 1. Requires: count > 0, `data`
/// aligned for its type.
template <Element T>
Stored<T> extreme_of(Sense sense, const Stored<T>* data, std::size_t count) noexcept {
  Stored<T> result;
  scan_extreme(KindOf<T>::value, sense, data, count, &result);
  return result;
}

}  // namespace shmkit::kernel
