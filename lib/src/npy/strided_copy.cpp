#include "npy/strided_copy.hpp"

#include <algorithm>
#include <cstring>
#include <vector>

namespace shmkit::npy {
namespace {

// Elements along either side of a tile. Both sides of a tile of 16-byte elements fit a first-level cache.
constexpr std::uint64_t kTile = 32;

// Size: that of an element where it is a usual one, so that copying it is one instruction; else 0.
template <std::size_t Size>
class Copier {
 public:
  Copier(std::byte* to, const std::byte* from, std::size_t itemsize)
      : to_(to), from_(from), itemsize_(itemsize) {}

  // The loops beyond the innermost two, the first of them outermost.
  void nest(std::span<const Loop> outer, const Loop& row, const Loop& column) {
    if (outer.empty()) return tiles(row, column);
    const Loop& loop = outer.front();
    for (std::uint64_t i = 0; i < loop.extent; ++i) {
      Copier(to_ + i * loop.to_stride * size(), from_ + i * loop.from_stride * size(), itemsize_)
          .nest(outer.subspan(1), row, column);
    }
  }

 private:
  std::size_t size() const { return Size == 0 ? itemsize_ : Size; }

  void tiles(const Loop& row, const Loop& column) const {
    for (std::uint64_t i = 0; i < row.extent; i += kTile) {
      const std::uint64_t rows = std::min(kTile, row.extent - i);
      for (std::uint64_t j = 0; j < column.extent; j += kTile) {
        const std::uint64_t columns = std::min(kTile, column.extent - j);
        Copier(to_ + (i * row.to_stride + j * column.to_stride) * size(),
               from_ + (i * row.from_stride + j * column.from_stride) * size(), itemsize_)
            .tile({rows, row.from_stride, row.to_stride}, {columns, column.from_stride, column.to_stride});
      }
    }
  }

  void tile(const Loop& row, const Loop& column) const {
    for (std::uint64_t i = 0; i < row.extent; ++i) {
      std::byte* to = to_ + i * row.to_stride * size();
      const std::byte* from = from_ + i * row.from_stride * size();
      for (std::uint64_t j = 0; j < column.extent; ++j) {
        std::memcpy(to + j * column.to_stride * size(), from + j * column.from_stride * size(), size());
      }
    }
  }

  std::byte* to_;
  const std::byte* from_;
  std::size_t itemsize_;
};

template <class Key>
Loop take_least(std::vector<Loop>& loops, Key key) {
  if (loops.empty()) return {};
  const auto least = std::ranges::min_element(loops, {}, key);
  const Loop loop = *least;
  loops.erase(least);
  return loop;
}

template <std::size_t Size>
void copy(std::byte* to, const std::byte* from, std::vector<Loop> loops, std::size_t itemsize) {
  // Innermost is what lies together on the writing side, next what does on the reading side.
  const Loop column = take_least(loops, &Loop::to_stride);
  const Loop row = take_least(loops, &Loop::from_stride);
  Copier<Size>(to, from, itemsize).nest(loops, row, column);
}

}  // namespace

void strided_copy(std::byte* to, const std::byte* from, std::span<const Loop> loops, std::size_t itemsize) {
  std::vector<Loop> wide;
  std::ranges::copy_if(loops, std::back_inserter(wide), [](const Loop& loop) { return loop.extent != 1; });
  switch (itemsize) {
    case 1:
      return copy<1>(to, from, std::move(wide), itemsize);
    case 2:
      return copy<2>(to, from, std::move(wide), itemsize);
    case 4:
      return copy<4>(to, from, std::move(wide), itemsize);
    case 8:
      return copy<8>(to, from, std::move(wide), itemsize);
    case 16:
      return copy<16>(to, from, std::move(wide), itemsize);
    default:
      return copy<0>(to, from, std::move(wide), itemsize);
  }
}

}  // namespace shmkit::npy
