#pragma once

#include <cstdint>
#include <optional>

#include "messages/fault_point.hpp"
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
  /// Both ends are told once in so many places: a line that everybody writes to costs more than some steps.
  static constexpr Place kTold = 8;
  /// So far ahead that a line is there when it is needed.
  static constexpr Place kAhead = 4;

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
  Word& cell(Place place) const noexcept { return cells_[place & (ring_ - 1)]; }
  Cell read(Place place) const noexcept;
  std::int64_t lap() const noexcept { return static_cast<std::int64_t>(ring_); }
  void require_lap(std::int64_t ahead) const;
  void tell_tail();

  LaneEnds* ends_;
  Word* cells_;
  std::uint64_t ring_;
  std::int64_t capacity_;
  std::uint64_t boxes_;
  Place tail_;       ///< Every place below has been claimed.
  Place head_;       ///< Every message below has been taken.
  Place told_head_;  ///< What the shared head was.
};

// Implementation details follow: what is done once or more for every message.

/// Loads an end of a lane. Throws Error.
inline Place load_place(const Word& end) {
  // Acquire: "the message one lap before is taken".
  const std::uint64_t place = end.load(std::memory_order_acquire);
  if (place > kPlaceMask) throw_damaged("an end of a lane is no place");
  return place;
}

// Acquire: "the message, and that its box is PLACED". Sequentially consistent, after a sleeper's bell bit.
inline Cell Lane::read(Place place) const noexcept {
  return unpack_cell(cell(place).load(std::memory_order_seq_cst));
}

inline void Lane::require_lap(std::int64_t ahead) const {
  if (ahead < 0 || (static_cast<std::uint64_t>(ahead) & (ring_ - 1)) != 0)
    throw_damaged("a cell does not fit its place");
}

inline std::optional<Lane::Spot> Lane::end() {
  const Place told = load_place(ends_->tail);
  if (distance(told, tail_) > 0) tail_ = told;
  for (;;) {
    const Cell found = read(tail_);
    const std::int64_t ahead = distance(found.place, tail_);
    if (ahead == -lap()) return Spot{tail_, pack(found)};
    require_lap(ahead);
    if (found.box == kClosed) return std::nullopt;
    // Whoever claimed it had seen that much of the head. Without that, damaged cells could lead in circles.
    if (distance(found.place, load_place(ends_->head)) >= capacity_)
      throw_damaged("a place is too far ahead");
    tail_ = next(found.place);  // Places are claimed in order: all below are, too.
  }
}

inline bool Lane::is_full_at(Place place) {
  if (distance(place, told_head_) < capacity_) return false;
  told_head_ = load_place(ends_->head);
  const std::int64_t waiting = distance(place, told_head_);
  if (waiting > capacity_) throw_damaged("more wait than there is room for");
  return waiting == capacity_;
}

inline bool Lane::claim(const Spot& spot, std::uint32_t box) {
  std::uint64_t expected = spot.cell;
  // Release: "the message, and that its box is PLACED". Sequentially consistent, before the bell is looked
  // at.
  if (!cell(spot.place)
           .compare_exchange_strong(expected, pack(Cell{spot.place, box}), std::memory_order_seq_cst))
    return false;
  if (box == kClosed) return true;  // Which no tail passes.
  fault_point(FaultPoint::message_queued);
  tail_ = next(spot.place);
  if (tail_ % kTold == 0) tell_tail();
  return true;
}

inline Lane::Front Lane::front() {
  const Place told = load_place(ends_->head);
  if (distance(told, head_) > 0) head_ = told;
  for (;;) {
    const Cell found = read(head_);
    const std::int64_t ahead = distance(found.place, head_);
    if (ahead == -lap()) return {Found::nothing, head_, 0};
    require_lap(ahead);
    if (ahead > 0) {
      // A place is claimed when the message one lap before is taken, and all before that.
      head_ = (found.place - ring_ + 1) & kPlaceMask;
      if (distance(head_, load_place(ends_->head)) > 0) throw_damaged("a place is too far ahead");
      continue;
    }
    if (found.box == kClosed) return {Found::closed, head_, 0};
    if (found.box >= boxes_) throw_damaged("a cell names no box");
    return {Found::box, head_, found.box};
  }
}

inline void Lane::pass(Place place) {
  head_ = next(place);
  if (head_ % kTold == 0) tell_head();
}

inline std::optional<std::uint32_t> Lane::coming() const noexcept {
  const Place place = (head_ + kAhead) & kPlaceMask;
  const Cell found = unpack_cell(cell(place).load(std::memory_order_relaxed));
  if (found.place != place || found.box >= boxes_) return std::nullopt;
  return found.box;
}

}  // namespace shmkit::messages
