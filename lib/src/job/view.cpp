#include "job/view.hpp"

#include <algorithm>
#include <cstring>

#include <shmkit/error.hpp>

namespace shmkit::job {
namespace {

// Walks along the last axis as far as it goes: visit(position, elements, stride).
template <class Visit>
void for_each_run(const View& view, Range range, Visit visit) {
  const std::uint64_t last = view.rank == 0 ? 1 : view.extents[view.rank - 1];
  const std::int64_t stride = view.rank == 0 ? 1 : view.strides[view.rank - 1];
  for (std::uint64_t at = range.first; at < range.first + range.count;) {
    const std::uint64_t run = std::min(range.first + range.count - at, last - at % last);
    visit(view.position(at), run, stride);
    at += run;
  }
}

template <std::size_t Size>
void copy_run(const std::byte* from, std::int64_t from_step, std::byte* to, std::int64_t to_step,
              std::uint64_t count) noexcept {
  for (std::uint64_t i = 0; i < count; ++i) {
    std::memcpy(to, from, Size);
    from += from_step;
    to += to_step;
  }
}

void copy_elements(const std::byte* from, std::int64_t from_step, std::byte* to, std::int64_t to_step,
                   std::uint64_t count, std::size_t itemsize) noexcept {
  const auto size = static_cast<std::int64_t>(itemsize);
  if (from_step == size && to_step == size) {
    std::memcpy(to, from, count * itemsize);
    return;
  }
  switch (itemsize) {
    case 1:
      return copy_run<1>(from, from_step, to, to_step, count);
    case 2:
      return copy_run<2>(from, from_step, to, to_step, count);
    case 4:
      return copy_run<4>(from, from_step, to, to_step, count);
    case 8:
      return copy_run<8>(from, from_step, to, to_step, count);
    default:
      return copy_run<16>(from, from_step, to, to_step, count);
  }
}

}  // namespace

std::uint64_t View::size() const noexcept {
  std::uint64_t product = 1;
  for (std::size_t axis = 0; axis < rank; ++axis) product *= extents[axis];
  return product;
}

bool View::contiguous() const noexcept {
  std::int64_t expected = 1;
  for (std::size_t axis = rank; axis-- > 0;) {
    if (extents[axis] == 0) return true;
    if (extents[axis] > 1 && strides[axis] != expected) return false;
    expected *= static_cast<std::int64_t>(extents[axis]);
  }
  return true;
}

std::int64_t View::position(std::uint64_t index) const noexcept {
  std::int64_t at = offset;
  for (std::size_t axis = rank; axis-- > 0 && index > 0;) {
    at += static_cast<std::int64_t>(index % extents[axis]) * strides[axis];
    index /= extents[axis];
  }
  return at;
}

View whole(const Shape& shape) noexcept {
  View view;
  view.rank = shape.rank();
  std::ranges::copy(shape.extents(), view.extents.begin());
  std::int64_t stride = 1;
  for (std::size_t axis = view.rank; axis-- > 0;) {
    view.strides[axis] = stride;
    stride *= static_cast<std::int64_t>(std::max<std::uint64_t>(view.extents[axis], 1));
  }
  return view;
}

bool fits(const View& view, std::uint64_t size) noexcept {
  if (view.rank > Shape::kMaxRank) return false;
  std::uint64_t elements = 1;
  bool empty = false;
  bool overflows = false;
  std::int64_t low = view.offset;
  std::int64_t high = view.offset;
  for (std::size_t axis = 0; axis < view.rank; ++axis) {
    if (view.extents[axis] == 0) {
      empty = true;
      continue;
    }
    std::int64_t reach = 0;
    overflows |= __builtin_mul_overflow(elements, view.extents[axis], &elements);
    overflows |= __builtin_mul_overflow(view.extents[axis] - 1, view.strides[axis], &reach);
    overflows |= __builtin_add_overflow(reach < 0 ? low : high, reach, reach < 0 ? &low : &high);
  }
  if (overflows || elements > size) return empty && !overflows;
  return empty || (low >= 0 && static_cast<std::uint64_t>(high) < size);
}

View view_of(const Window& window, std::uint64_t size) {
  View view;
  view.offset = window.offset;
  view.rank = window.shape.rank();
  std::ranges::copy(window.shape.extents(), view.extents.begin());
  if (window.strides.size() == view.rank) {
    std::ranges::copy(window.strides, view.strides.begin());
    if (fits(view, size)) return view;
  }
  throw Error(Errc::usage, "the selection reaches beyond the array");
}

Lane take_axis(View& view, std::size_t axis) noexcept {
  const Lane lane{view.extents[axis], view.strides[axis]};
  const auto last = static_cast<std::size_t>(view.rank);
  std::copy(view.extents.begin() + axis + 1, view.extents.begin() + last, view.extents.begin() + axis);
  std::copy(view.strides.begin() + axis + 1, view.strides.begin() + last, view.strides.begin() + axis);
  view.rank -= 1;
  return lane;
}

bool add_axis(View& view, Lane lane) noexcept {
  if (view.rank >= Shape::kMaxRank) return false;
  view.extents[view.rank] = lane.count;
  view.strides[view.rank] = lane.stride;
  view.rank += 1;
  return true;
}

void gather(const View& view, Range range, std::size_t itemsize, const std::byte* array,
            std::byte* to) noexcept {
  const auto size = static_cast<std::int64_t>(itemsize);
  for_each_run(view, range, [&](std::int64_t at, std::uint64_t count, std::int64_t stride) {
    copy_elements(array + at * size, stride * size, to, size, count, itemsize);
    to += count * itemsize;
  });
}

void scatter(const View& view, Range range, std::size_t itemsize, std::byte* array,
             const std::byte* from) noexcept {
  const auto size = static_cast<std::int64_t>(itemsize);
  for_each_run(view, range, [&](std::int64_t at, std::uint64_t count, std::int64_t stride) {
    copy_elements(from, size, array + at * size, stride * size, count, itemsize);
    from += count * itemsize;
  });
}

}  // namespace shmkit::job
