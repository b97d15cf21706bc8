#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>

#include <shmkit/message_queue.hpp>

#include "messages/words.hpp"
#include "queue/chunk_queue.hpp"

// What a queue looks like in its file. Any change of size, offset or meaning bumps kQueueVersion.
//
//   QueueIdentity | Door | boxes | (LaneEnds | cells) x priorities | seats | zeros
namespace shmkit::messages {

using queue::kLine;
using queue::Word;

inline constexpr std::uint64_t kQueueMagic = 0x65756575'716D7301;  // Bytes 01 "smqueue".
inline constexpr std::uint32_t kQueueVersion = 1;

/// Who made it, how large. Written before anybody else sees it, never changed.
struct QueueIdentity {
  std::uint64_t magic = kQueueMagic;
  std::uint32_t version = kQueueVersion;
  std::uint32_t capacity = 0;
  std::uint32_t message_bytes = 0;
  std::uint32_t priorities = 0;
  std::uint32_t participants = 0;
  std::uint32_t unacknowledged = 0;
  std::int32_t owner = 0;  ///< A pid; 0: none. What follows tells it from others.
  std::uint32_t owner_namespace = 0;
  std::uint64_t owner_start = 0;
  std::array<std::byte, 16> owner_boot{};
  std::uint64_t inode = 0;  ///< Of this file: a copy of the bytes has no owner.
  std::uint32_t reserved = 0;
  std::uint32_t check = 0;  ///< CRC-32 of all before.
};
static_assert(sizeof(QueueIdentity) == 80 && sizeof(QueueIdentity) <= 2 * kLine);

/// What everybody looks at, and few write to.
struct alignas(kLine) Door {
  std::atomic<std::uint32_t> message_bell;  ///< A futex, see bell.hpp; and so the next two.
  std::atomic<std::uint32_t> room_bell;
  std::atomic<std::uint32_t> end_bell;
  std::atomic<std::uint32_t> closed;     ///< 1: close() has begun. Never goes back.
  std::atomic<std::uint64_t> returns;    ///< Hint. Bumped by whoever recovers, after boxes are RETURNED.
  std::atomic<std::uint64_t> swept;      ///< Hint. As of these `returns`, no box was RETURNED.
  std::atomic<std::uint64_t> patrolled;  ///< Hint. When somebody last looked for the dead.
  std::array<std::uint64_t, 2> reserved;
};

/// A message, followed by its bytes. All but the word belongs to the seat that FILLS it, or has TAKEN it.
struct Box {
  Word word;  ///< A BoxWord.
  std::uint32_t size;
  std::uint32_t returns;

  std::byte* bytes() noexcept { return reinterpret_cast<std::byte*>(this + 1); }
};

/// Places. Never above the truth, see docs/message_queue.md.
struct LaneEnds {
  alignas(kLine) Word tail;  ///< Written by producers.
  alignas(kLine) Word head;  ///< Written by consumers, and by producers that find no room.
};

enum class SeatState : std::uint64_t { vacant = 0, taken = 1 };

static_assert(Word::is_always_lock_free, "a lock inside a shared word would die with its holder");
static_assert(sizeof(Door) == kLine && sizeof(Box) == 16 && sizeof(LaneEnds) == 2 * kLine);

/// Where everything is. Computed from the options, once, from a checked copy.
struct Geometry {
  explicit constexpr Geometry(const MessageQueueOptions& options) noexcept
      : capacity(options.capacity),
        message_bytes(options.message_bytes),
        lanes(options.priorities),
        seats(options.participants),
        boxes(std::uint64_t{lanes} * capacity + std::uint64_t{seats} * (options.unacknowledged + 1)),
        ring(std::bit_ceil(std::max<std::uint64_t>(capacity + std::uint64_t{1}, kLine / sizeof(Word)))),
        stride((sizeof(Box) + message_bytes + kLine - 1) / kLine * kLine) {}

  constexpr std::uint64_t boxes_at() const noexcept { return 2 * kLine + sizeof(Door); }
  constexpr std::uint64_t lane_bytes() const noexcept { return sizeof(LaneEnds) + ring * sizeof(Word); }
  constexpr std::uint64_t lanes_at() const noexcept { return boxes_at() + boxes * stride; }
  constexpr std::uint64_t seats_at() const noexcept { return lanes_at() + lanes * lane_bytes(); }
  // Longer than every trailer of an array, so that no message can look like one at the end of the file.
  static constexpr std::uint64_t kZeros = 1024;
  constexpr std::uint64_t bytes() const noexcept { return seats_at() + seats * sizeof(Word) + kZeros; }

  std::uint64_t capacity;
  std::uint64_t message_bytes;
  std::uint32_t lanes;
  std::uint32_t seats;
  std::uint64_t boxes;
  std::uint64_t ring;    ///< Cells of a lane. More than the capacity, so that a full lane can be closed.
  std::uint64_t stride;  ///< Bytes of a box with its message.
};

/// The parts of a queue's memory. A view. Nothing is checked: whoever has a number from shared memory checks
/// it first.
class QueueMemory {
 public:
  QueueMemory(std::byte* base, const Geometry& geometry) noexcept : base_(base), geometry_(geometry) {}

  const Geometry& geometry() const noexcept { return geometry_; }
  Door& door() const noexcept { return at<Door>(2 * kLine); }
  Box& box(std::uint64_t i) const noexcept { return at<Box>(geometry_.boxes_at() + i * geometry_.stride); }
  LaneEnds& ends(std::uint32_t lane) const noexcept { return at<LaneEnds>(lane_at(lane)); }
  Word& cell(std::uint32_t lane, Place place) const noexcept {
    return (&at<Word>(lane_at(lane) + sizeof(LaneEnds)))[place & (geometry_.ring - 1)];
  }
  /// Which stands for a SeatState.
  Word& seat(std::uint32_t i) const noexcept { return (&at<Word>(geometry_.seats_at()))[i]; }

 private:
  template <class T>
  T& at(std::uint64_t offset) const noexcept {
    return *reinterpret_cast<T*>(base_ + offset);
  }
  std::uint64_t lane_at(std::uint32_t lane) const noexcept {
    return geometry_.lanes_at() + lane * geometry_.lane_bytes();
  }

  std::byte* base_;
  Geometry geometry_;
};

}  // namespace shmkit::messages
