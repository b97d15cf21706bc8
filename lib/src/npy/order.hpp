#pragma once

#include <algorithm>

#include <shmkit/shape.hpp>

#include "npy/box.hpp"

namespace shmkit::npy {

/// True if C order and Fortran order are the same sequence of elements.
inline bool orders_agree(const Shape& shape) {
  return shape.size() == 0 ||
         std::ranges::count_if(shape.extents(), [](std::uint64_t e) { return e > 1; }) <= 1;
}

/// The plan for changing the order. Without seeking, everything that is to lie together has to pass through
/// the buffer at once; with it, a box need only fit the second-level cache.
inline BoxPlan plan_transposition(const Shape& shape, std::size_t itemsize, bool seekable) {
  constexpr std::size_t kSeekBuffer = 4U << 20U;
  constexpr std::size_t kStreamBuffer = 64U << 20U;
  return seekable ? BoxPlan(shape, itemsize, kSeekBuffer, BoxPlan::Access::seek)
                  : BoxPlan(shape, itemsize, kStreamBuffer, BoxPlan::Access::stream);
}

}  // namespace shmkit::npy
