#include "messages/lane.hpp"

#include <algorithm>
#include <string>

#include <shmkit/error.hpp>

#include "messages/fault_point.hpp"

namespace shmkit::messages {
namespace {

// Both ends are told once in so many places: a line that is written by everybody costs more than some steps.
constexpr Place kTold = 8;
// So far ahead that the line is there when it is needed.
constexpr Place kAhead = 4;

Place load(const Word& end) {
  // Acquire: "the message one lap before is taken".
  const std::uint64_t place = end.load(std::memory_order_acquire);
  if (place > kPlaceMask) throw_damaged("an end of a lane is no place");
  return place;
}

void tell(Word& end, Place place) {
  Place seen = load(end);
  // Release: "the message one lap before is taken".
  while (distance(place, seen) > 0 &&
         !end.compare_exchange_weak(seen, place, std::memory_order_acq_rel, std::memory_order_acquire))
    continue;
}

void go_on_to(Place& own, Place told) noexcept {
  if (distance(told, own) > 0) own = told;
}

}  // namespace

void throw_damaged(const char* what) {
  throw Error(Errc::not_an_array, std::string("the message queue is damaged: ") + what,
              "remove it and make it anew");
}

// Damaged ends are found when they are loaded the next time.
Lane::Lane(const QueueMemory& memory, std::uint32_t number) noexcept
    : memory_(&memory),
      ends_(&memory.ends(number)),
      number_(number),
      tail_(ends_->tail.load(std::memory_order_acquire) & kPlaceMask),
      head_(ends_->head.load(std::memory_order_acquire) & kPlaceMask),
      told_head_(head_) {}

void Lane::format(const QueueMemory& memory, std::uint32_t number, Place first) {
  for (Place i = 0; i < memory.geometry().ring; ++i) {
    const Place place = first + i;
    memory.cell(number, place)
        .store(pack({(place - memory.geometry().ring) & kPlaceMask, 0}), std::memory_order_relaxed);
  }
  memory.ends(number).tail.store(first, std::memory_order_relaxed);
  memory.ends(number).head.store(first, std::memory_order_relaxed);
}

// Acquire: "the message, and that its box is PLACED". Sequentially consistent, after a sleeper's bell bit.
Cell Lane::read(Place place) const noexcept {
  return unpack_cell(memory_->cell(number_, place).load(std::memory_order_seq_cst));
}

void Lane::require_lap(std::int64_t ahead) const {
  if (ahead < 0 || ahead % ring() != 0) throw_damaged("a cell does not fit its place");
}

std::optional<Lane::Spot> Lane::end() {
  go_on_to(tail_, load(ends_->tail));
  for (;;) {
    const Cell cell = read(tail_);
    const std::int64_t ahead = distance(cell.place, tail_);
    if (ahead == -ring()) return Spot{tail_, pack(cell)};
    require_lap(ahead);
    if (cell.box == kClosed) return std::nullopt;
    tail_ = next(cell.place);  // Places are claimed in order: all below are, too.
  }
}

bool Lane::is_full_at(Place place) {
  const auto capacity = static_cast<std::int64_t>(memory_->geometry().capacity);
  if (distance(place, told_head_) < capacity) return false;
  told_head_ = load(ends_->head);
  const std::int64_t waiting = distance(place, told_head_);
  if (waiting > capacity) throw_damaged("more wait than there is room for");
  return waiting == capacity;
}

bool Lane::claim(const Spot& spot, std::uint32_t box) {
  std::uint64_t expected = spot.cell;
  // Release: "the message, and that its box is PLACED". Sequentially consistent, before the bell is looked
  // at.
  if (!memory_->cell(number_, spot.place)
           .compare_exchange_strong(expected, pack({spot.place, box}), std::memory_order_seq_cst))
    return false;
  if (box == kClosed) return true;  // Which no tail passes.
  fault_point(FaultPoint::message_queued);
  tail_ = next(spot.place);
  if (tail_ % kTold != 0) return true;
  tell(ends_->tail, tail_);
  fault_point(FaultPoint::tail_told);
  return true;
}

Lane::Front Lane::front() {
  go_on_to(head_, load(ends_->head));
  for (;;) {
    const Cell cell = read(head_);
    const std::int64_t ahead = distance(cell.place, head_);
    if (ahead == -ring()) return {Found::nothing, head_, 0};
    require_lap(ahead);
    if (ahead > 0) {
      // A place is claimed when the message one lap before is taken, and all before that.
      head_ = (cell.place - memory_->geometry().ring + 1) & kPlaceMask;
      continue;
    }
    if (cell.box == kClosed) return {Found::closed, head_, 0};
    if (cell.box >= memory_->geometry().boxes) throw_damaged("a cell names no box");
    return {Found::box, head_, cell.box};
  }
}

void Lane::pass(Place place) {
  head_ = next(place);
  if (head_ % kTold == 0) tell_head();
}

void Lane::tell_head() {
  tell(ends_->head, head_);
  fault_point(FaultPoint::head_told);
}

std::optional<std::uint32_t> Lane::coming() const noexcept {
  const Place place = (head_ + kAhead) & kPlaceMask;
  const Cell cell = unpack_cell(memory_->cell(number_, place).load(std::memory_order_relaxed));
  if (cell.place != place || cell.box >= memory_->geometry().boxes) return std::nullopt;
  return cell.box;
}

std::uint64_t Lane::length() {
  end();
  front();
  return static_cast<std::uint64_t>(std::max<std::int64_t>(distance(tail_, head_), 0));
}

bool Lane::names(Place place, std::uint32_t box) const noexcept { return read(place) == Cell{place, box}; }

}  // namespace shmkit::messages
