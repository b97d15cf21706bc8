#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <shmkit/dtype.hpp>
#include <shmkit/shape.hpp>

namespace shmkit::tool {

/// Elements in memory that belong to somebody else, any regular selection of an array. Nothing is copied;
/// valid as long as that memory.
struct View {
  DType dtype = Kind::float64;
  Shape shape;
  std::vector<std::int64_t> strides;  ///< Bytes from an element to the next, per axis; may be negative.
  const std::byte* origin = nullptr;  ///< The element at index 0 of every axis. Need not be aligned.
};

/// All of a C-ordered array. Requires: data.size() == shape.size() * dtype.itemsize().
View whole(const DType& dtype, const Shape& shape, std::span<const std::byte> data);

}  // namespace shmkit::tool
