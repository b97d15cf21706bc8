#include "messages/lane.hpp"

#include <algorithm>
#include <string>

#include <shmkit/error.hpp>

#include "messages/fault_point.hpp"

namespace shmkit::messages {
namespace {

void step(Word& end, Place from) noexcept {
  std::uint64_t expected = from;
  // Release: "the message one lap before is taken". Fails where somebody else has done it.
  end.compare_exchange_strong(expected, next(from), std::memory_order_seq_cst);
}

Place load(const Word& end) {
  // Acquire: "the message one lap before is taken". Sequentially consistent, after a sleeper's bell bit.
  const std::uint64_t place = end.load(std::memory_order_seq_cst);
  if (place > kPlaceMask) throw_damaged("an end of a lane is no place");
  return place;
}

}  // namespace

void throw_damaged(const char* what) {
  throw Error(Errc::not_an_array, std::string("the message queue is damaged: ") + what,
              "remove it and make it anew");
}

void Lane::format(Place first) {
  for (Place i = 0; i < memory_.geometry().ring; ++i) {
    const Place place = first + i;
    memory_.cell(number_, place)
        .store(pack({(place - memory_.geometry().ring) & kPlaceMask, 0}), std::memory_order_relaxed);
  }
  ends_.tail.store(first, std::memory_order_relaxed);
  ends_.head.store(first, std::memory_order_relaxed);
}

// Acquire: "the message, and that its box is PLACED". Sequentially consistent, after a sleeper's bell bit.
Cell Lane::read(Place place) const noexcept {
  return unpack_cell(memory_.cell(number_, place).load(std::memory_order_seq_cst));
}

std::optional<Lane::Spot> Lane::end() {
  for (;;) {
    const Place tail = load(ends_.tail);
    const Cell cell = read(tail);
    if (distance(cell.place, tail) == -ring()) return Spot{tail, pack(cell)};
    if (cell.place == tail) {
      if (cell.box == kClosed) return std::nullopt;
      step(ends_.tail, tail);
    } else if (load(ends_.tail) == tail) {
      // Only whoever had seen a newer tail writes a newer cell: "the tail that its claimer had seen".
      throw_damaged("a cell does not fit its place");
    }
  }
}

bool Lane::is_full_at(Place place) const {
  const auto capacity = static_cast<std::int64_t>(memory_.geometry().capacity);
  const std::int64_t waiting = distance(place, load(ends_.head));
  if (waiting > capacity) throw_damaged("more wait than there is room for");
  return waiting == capacity;
}

bool Lane::claim(const Spot& spot, std::uint32_t box) {
  std::uint64_t expected = spot.cell;
  // Release: "the message, and that its box is PLACED". Sequentially consistent, before the bell is looked
  // at.
  if (!memory_.cell(number_, spot.place)
           .compare_exchange_strong(expected, pack({spot.place, box}), std::memory_order_seq_cst))
    return false;
  if (box == kClosed) return true;  // Which no tail passes.
  fault_point(FaultPoint::message_queued);
  step(ends_.tail, spot.place);
  fault_point(FaultPoint::tail_moved);
  return true;
}

Lane::Front Lane::front() const {
  for (;;) {
    const Place head = load(ends_.head);
    const Cell cell = read(head);
    if (cell.place == head) {
      if (cell.box == kClosed) return {Found::closed, head, 0};
      if (cell.box >= memory_.geometry().boxes) throw_damaged("a cell names no box");
      return {Found::box, head, cell.box};
    }
    if (distance(cell.place, head) == -ring()) return {Found::nothing, head, 0};
    if (load(ends_.head) == head) throw_damaged("a cell does not fit its place");
  }
}

void Lane::pass(Place place) { step(ends_.head, place); }

std::uint64_t Lane::length() {
  end();  // Moves a tail on that lags.
  return static_cast<std::uint64_t>(std::max<std::int64_t>(distance(load(ends_.tail), load(ends_.head)), 0));
}

bool Lane::names(Place place, std::uint32_t box) const noexcept { return read(place) == Cell{place, box}; }

}  // namespace shmkit::messages
