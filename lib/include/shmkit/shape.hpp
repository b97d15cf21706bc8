#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace shmkit {

/// The extent of an array along each axis, slowest-varying first (C order).
///
/// A shape of rank 0 has one element. A shape with a zero extent has none. The number of elements
/// never overflows: a shape for which it would cannot be made.
class Shape {
 public:
  static constexpr std::size_t kMaxRank = 64;        ///< The most that any SharedArray build stores.
  static constexpr std::size_t kMaxCreateRank = 27;  ///< The most that every SharedArray build can open.

  Shape() = default;
  /// Throws Error (usage) if the rank exceeds kMaxRank or the element count exceeds 2^63 - 1.
  Shape(std::initializer_list<std::uint64_t> extents);
  explicit Shape(std::span<const std::uint64_t> extents);

  /// "3,5,7", "3x5x7", "(3, 5, 7)" or "12"; "()" and "" are rank 0. Throws Error (usage).
  static Shape parse(std::string_view text);

  std::size_t rank() const noexcept { return extents_.size(); }
  std::uint64_t extent(std::size_t axis) const { return extents_.at(axis); }
  std::span<const std::uint64_t> extents() const noexcept { return extents_; }
  std::uint64_t size() const noexcept { return size_; }  ///< Number of elements.

  std::string text() const;  ///< As Python writes it: "(3, 5, 7)", "(12,)", "()".

  bool operator==(const Shape&) const noexcept = default;

 private:
  std::vector<std::uint64_t> extents_;
  std::uint64_t size_ = 1;
};

}  // namespace shmkit
