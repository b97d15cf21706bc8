#pragma once

#include <cstdint>

// What one compare-and-swap moves, so that a crash cannot leave it in between. See docs/message_queue.md.
//
//   box    [63:61] state | [60:56] lane | [55:44] seat | [43:0] place
//   cell   [63:20] place | [19:0] box
namespace shmkit::messages {

/// The number of a message in its lane, modulo 2^44: at ten million messages a second it comes again after
/// three weeks, and only a process that was stopped all that time, in the middle of one call, could take one
/// for the other.
using Place = std::uint64_t;
inline constexpr Place kPlaceMask = (Place{1} << 44U) - 1;

/// How far `a` is above `b`, below zero where it is below.
constexpr std::int64_t distance(Place a, Place b) noexcept {
  return static_cast<std::int64_t>((a - b) << 20U) >> 20U;
}
constexpr Place next(Place place) noexcept { return (place + 1) & kPlaceMask; }

enum class BoxState : std::uint8_t { free = 0, filling = 1, placed = 2, taken = 3, returned = 4 };

inline constexpr std::uint32_t kMaxLanes = 32;
inline constexpr std::uint32_t kMaxSeats = 1024;

struct BoxWord {
  BoxState state = BoxState::free;
  std::uint32_t lane = 0;
  std::uint32_t seat = 0;
  Place place = 0;

  bool operator==(const BoxWord&) const noexcept = default;
};

constexpr std::uint64_t pack(const BoxWord& box) noexcept {
  return (std::uint64_t{static_cast<std::uint8_t>(box.state)} << 61U) |
         (std::uint64_t{box.lane & 0x1FU} << 56U) | (std::uint64_t{box.seat & 0xFFFU} << 44U) |
         (box.place & kPlaceMask);
}
constexpr BoxWord unpack_box(std::uint64_t word) noexcept {
  return {static_cast<BoxState>(word >> 61U), static_cast<std::uint32_t>(word >> 56U) & 0x1FU,
          static_cast<std::uint32_t>(word >> 44U) & 0xFFFU, word & kPlaceMask};
}

/// In the place of a box: nothing comes at or after this place.
inline constexpr std::uint32_t kClosed = (1U << 20U) - 1;

struct Cell {
  Place place = 0;
  std::uint32_t box = 0;

  bool operator==(const Cell&) const noexcept = default;
};

constexpr std::uint64_t pack(const Cell& cell) noexcept { return (cell.place << 20U) | (cell.box & kClosed); }
constexpr Cell unpack_cell(std::uint64_t word) noexcept {
  return {word >> 20U, static_cast<std::uint32_t>(word) & kClosed};
}

}  // namespace shmkit::messages
