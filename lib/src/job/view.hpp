#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <shmkit/window.hpp>

namespace shmkit::job {

/// A selection of an array's elements as it travels to workers: plain bits, extents and strides in elements.
struct View {
  std::int64_t offset = 0;
  std::uint64_t rank = 0;
  std::array<std::uint64_t, Shape::kMaxRank> extents{};
  std::array<std::int64_t, Shape::kMaxRank> strides{};

  std::uint64_t size() const noexcept;
  /// Its elements follow one another in memory, as those of a whole array do.
  bool contiguous() const noexcept;
  /// Where element `index`, counted in C order, lies in the array.
  std::int64_t position(std::uint64_t index) const noexcept;
};

/// All of an array.
View whole(const Shape& shape) noexcept;
/// Throws Error (usage) if the window reaches beyond an array of `size` elements.
View view_of(const Window& window, std::uint64_t size);

/// Whether a view can be believed: rank, number of elements, every element inside an array of `size`.
bool fits(const View& view, std::uint64_t size) noexcept;

/// The same without one axis, whose extent and stride are handed out.
struct Lane {
  std::uint64_t count = 0;
  std::int64_t stride = 0;
};
Lane take_axis(View& view, std::size_t axis) noexcept;
/// Puts it back, as the last one. False: there is no room.
bool add_axis(View& view, Lane lane) noexcept;

/// Copies elements `first` .. `first + count - 1` of a view out of an array, or back into it.
struct Range {
  std::uint64_t first = 0;
  std::uint64_t count = 0;
};
void gather(const View& view, Range range, std::size_t itemsize, const std::byte* array,
            std::byte* to) noexcept;
void scatter(const View& view, Range range, std::size_t itemsize, std::byte* array,
             const std::byte* from) noexcept;

}  // namespace shmkit::job
