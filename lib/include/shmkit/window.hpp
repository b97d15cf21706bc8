#pragma once

#include <cstdint>
#include <vector>

#include <shmkit/shape.hpp>

namespace shmkit {

/// A regular selection of an array's elements, as NumPy's basic indexing makes it: x[::2, 3:7].
///
/// The element at index (i, j, ...) of the selection is the array's element number
/// offset + i * strides[0] + j * strides[1] + ..., counted in C order. All of them must lie in the array.
struct Window {
  std::int64_t offset = 0;
  Shape shape;
  std::vector<std::int64_t> strides;  ///< In elements, one per axis; may be negative.
};

}  // namespace shmkit
