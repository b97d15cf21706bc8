#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace shmkit::npy {

/// One axis of a copy: how many elements, and how far apart (in elements) neighbours are on either side.
struct Loop {
  std::uint64_t extent = 1;
  std::uint64_t from_stride = 1;
  std::uint64_t to_stride = 1;
};

/// Copies a block of elements between two layouts, tile by tile, so that both sides use whole cache lines.
/// Requires: itemsize > 0; the elements that the strides lead to exist on both sides, which do not overlap.
void strided_copy(std::byte* to, const std::byte* from, std::span<const Loop> loops, std::size_t itemsize);

}  // namespace shmkit::npy
