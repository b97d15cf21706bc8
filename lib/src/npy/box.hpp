#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include <shmkit/shape.hpp>

#include "npy/strided_copy.hpp"

namespace shmkit::npy {

/// A part of an array that fits a buffer: a range along each axis.
struct Box {
  std::vector<std::uint64_t> begin;
  std::vector<std::uint64_t> extent;

  std::uint64_t size() const noexcept;
};

/// How a file in Fortran order and an array in C order are cut into boxes. In a box, the elements are in the
/// file's order: the first axis varies fastest.
///
/// A box is one contiguous piece of the file (Access::stream), or consists of long pieces of it that also
/// make long runs of the array (Access::seek), so that neither side is touched in crumbs.
class BoxPlan {
 public:
  enum class Access { stream, seek };

  /// Boxes of at most `buffer_bytes`, but one element at least. Access::stream yields them in the file's
  /// order. Requires: shape.size() > 0.
  BoxPlan(const Shape& shape, std::size_t itemsize, std::size_t buffer_bytes, Access access);

  std::size_t buffer_bytes() const noexcept;  ///< Of the largest box.

  void for_each(const std::function<void(const Box&)>& visit) const;

  /// Calls visit(byte in the file, byte in the box, bytes) for each contiguous piece, in the file's order.
  using PieceVisitor = std::function<void(std::uint64_t, std::size_t, std::size_t)>;
  void for_each_piece(const Box& box, const PieceVisitor& visit) const;

  /// Where the first element of a box is in the array, in bytes, and the loops that lead through both.
  std::uint64_t array_offset(const Box& box) const noexcept;
  std::vector<Loop> box_to_array(const Box& box) const;
  std::vector<Loop> array_to_box(const Box& box) const;

 private:
  void choose(std::uint64_t lead, std::uint64_t budget);

  std::vector<std::uint64_t> extents_;
  std::vector<std::uint64_t> file_strides_;   // In elements.
  std::vector<std::uint64_t> array_strides_;  // In elements.
  std::vector<std::uint64_t> box_extents_;
  std::size_t itemsize_;
};

}  // namespace shmkit::npy
