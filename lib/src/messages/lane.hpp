#pragma once

#include <cstdint>
#include <optional>

#include "messages/layout.hpp"

namespace shmkit::messages {

/// Throws Error (not_an_array): the queue is damaged.
[[noreturn]] void throw_damaged(const char* what);

/// The order of the messages of one priority: which box is at which place. What the boxes say about
/// themselves is not its business.
///
/// A view, to be made where it is needed. Everything may be called concurrently, by any process, and be
/// stopped or killed at any instruction. Everything throws Error where the cells are damaged.
class Lane {
 public:
  Lane(const QueueMemory& memory, std::uint32_t number) noexcept
      : memory_(memory), ends_(memory.ends(number)), number_(number) {}

  /// Empty, from the first place on. Before anybody else sees it.
  void format(Place first);

  /// A place that nobody has had, as seen a moment ago.
  struct Spot {
    Place place;
    std::uint64_t cell;  ///< What its cell held.
  };
  /// The first one. Moves the tail up to it. Empty: the lane is closed.
  std::optional<Spot> end();
  /// Whether so many wait before it that there is no room.
  bool is_full_at(Place place) const;
  /// Makes `box`, or kClosed, have that place. False: somebody was faster. Everything written before is
  /// visible to whoever finds the box.
  bool claim(const Spot& spot, std::uint32_t box);

  enum class Found : std::uint8_t { box, nothing, closed };
  struct Front {
    Found found;
    Place place;
    std::uint32_t box;  ///< Within bounds.
  };
  /// What is at the head. Whether that box still waits, it says itself.
  Front front() const;
  /// Moves the head on, if it is still there. Requires: the message of that place was taken.
  void pass(Place place);

  /// From the head to the end. A snapshot.
  std::uint64_t length();

  /// Whether that place is this box's.
  bool names(Place place, std::uint32_t box) const noexcept;

 private:
  Cell read(Place place) const noexcept;
  std::int64_t ring() const noexcept { return static_cast<std::int64_t>(memory_.geometry().ring); }

  const QueueMemory& memory_;
  LaneEnds& ends_;
  std::uint32_t number_;
};

}  // namespace shmkit::messages
