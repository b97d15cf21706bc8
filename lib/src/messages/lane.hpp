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
/// How one seat sees it: a view, with what it has seen of both ends, which spares it most looks at what
/// others write to. One thread at a time may use it; any number of others, of any process, may have the same
/// lane, and be stopped or killed at any instruction. Everything throws Error where the cells are damaged.
class Lane {
 public:
  Lane(const QueueMemory& memory, std::uint32_t number) noexcept;

  /// Empty, from the first place on. Before anybody else sees it.
  static void format(const QueueMemory& memory, std::uint32_t number, Place first);

  /// A place that nobody has had, as seen a moment ago.
  struct Spot {
    Place place;
    std::uint64_t cell;  ///< What its cell held.
  };
  /// The first one. Empty: the lane is closed.
  std::optional<Spot> end();
  /// Whether so many wait before it that there is no room, by what the head says: it may lag.
  bool is_full_at(Place place);
  /// Makes `box`, or kClosed, have that place. False: somebody was faster. Everything written before is
  /// visible to whoever finds the box.
  bool claim(const Spot& spot, std::uint32_t box);

  enum class Found : std::uint8_t { box, nothing, closed };
  struct Front {
    Found found;
    Place place;
    std::uint32_t box;  ///< Within bounds.
  };
  /// The first place that was not passed. Whether that box still waits, it says itself.
  Front front();
  /// The next one is the first. Requires: the message of that place was taken.
  void pass(Place place);
  /// Has everybody know what was passed.
  void tell_head();
  /// A box that may be the first one soon, if there is one.
  std::optional<std::uint32_t> coming() const noexcept;

  /// From the first place that was not passed to the end. A snapshot.
  std::uint64_t length();

  /// Whether that place is this box's.
  bool names(Place place, std::uint32_t box) const noexcept;

 private:
  Cell read(Place place) const noexcept;
  std::int64_t ring() const noexcept { return static_cast<std::int64_t>(memory_->geometry().ring); }
  void require_lap(std::int64_t ahead) const;

  const QueueMemory* memory_;
  LaneEnds* ends_;
  std::uint32_t number_;
  Place tail_ = 0;       ///< Every place below has been claimed.
  Place head_ = 0;       ///< Every message below has been taken.
  Place told_head_ = 0;  ///< What the shared head was.
};

}  // namespace shmkit::messages
