#include "messages/lane.hpp"

#include <algorithm>
#include <string>

#include <shmkit/error.hpp>

namespace shmkit::messages {
namespace {

void tell(Word& end, Place place) {
  Place seen = load_place(end);
  // Release: "the message one lap before is taken".
  while (distance(place, seen) > 0 &&
         !end.compare_exchange_weak(seen, place, std::memory_order_acq_rel, std::memory_order_acquire))
    continue;
}

}  // namespace

void throw_damaged(const char* what) {
  throw Error(Errc::not_an_array, std::string("the message queue is damaged: ") + what,
              "remove it and make it anew");
}

// Damaged ends are found when they are loaded the next time.
Lane::Lane(const QueueMemory& memory, std::uint32_t number) noexcept
    : ends_(&memory.ends(number)),
      cells_(&memory.cell(number, 0)),
      ring_(memory.geometry().ring),
      capacity_(static_cast<std::int64_t>(memory.geometry().capacity)),
      boxes_(memory.geometry().boxes),
      tail_(ends_->tail.load(std::memory_order_acquire) & kPlaceMask),
      head_(ends_->head.load(std::memory_order_acquire) & kPlaceMask),
      told_head_(head_) {}

void Lane::format(const QueueMemory& memory, std::uint32_t number, Place first) {
  const std::uint64_t ring = memory.geometry().ring;
  for (Place place = first; place < first + ring; ++place) {
    const Cell one_lap_before{(place - ring) & kPlaceMask, 0};
    memory.cell(number, place).store(pack(one_lap_before), std::memory_order_relaxed);
  }
  memory.ends(number).tail.store(first, std::memory_order_relaxed);
  memory.ends(number).head.store(first, std::memory_order_relaxed);
}

void Lane::tell_tail() {
  tell(ends_->tail, tail_);
  fault_point(FaultPoint::tail_told);
}

void Lane::tell_head() {
  tell(ends_->head, head_);
  fault_point(FaultPoint::head_told);
}

std::uint64_t Lane::length() {
  end();
  front();
  return static_cast<std::uint64_t>(std::max<std::int64_t>(distance(tail_, head_), 0));
}

bool Lane::names(Place place, std::uint32_t box) const noexcept { return read(place) == Cell{place, box}; }

}  // namespace shmkit::messages
