#include "messages/seat.hpp"

#include <chrono>
#include <thread>

#include <fmt/format.h>

#include <shmkit/error.hpp>

#include "messages/bell.hpp"
#include "messages/fault_point.hpp"
#include "os/clock.hpp"
#include "os/file.hpp"
#include "os/lock.hpp"

namespace shmkit::messages {
namespace {

constexpr std::uint64_t kPatrolMilliseconds = 50;

}  // namespace

Seat::Seat(const os::Fd& file, const QueueMemory& memory, std::string_view name)
    : fd_([&] { return os::reopen(file, name); }), memory_(memory), number_(take(name)) {
  for (std::uint32_t seat = 0; seat < memory_.geometry().seats; ++seat) recover_if_dead(seat);
}

Seat::~Seat() {
  if (!is_mine()) return;
  try {
    recover(number_);
  } catch (const Error&) {
    // The queue is damaged: whoever needs it will learn that.
  }
}

bool Seat::is_taken(std::uint32_t seat) const noexcept {
  return memory_.seat(seat).load(std::memory_order_acquire) != static_cast<std::uint64_t>(SeatState::vacant);
}

void Seat::set(std::uint32_t seat, SeatState state) noexcept {
  memory_.seat(seat).store(static_cast<std::uint64_t>(state), std::memory_order_release);
}

// Somebody who looks for the dead may have the lock of a vacant seat for a moment: hence more than once.
std::uint32_t Seat::take(std::string_view name) {
  constexpr int kTries = 45;  // A second: it may have lost its CPU meanwhile.
  for (int i = 0; i < kTries; ++i) {
    for (std::uint32_t seat = 0; seat < memory_.geometry().seats; ++seat) {
      if (try_take(seat)) return seat;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(i));
  }
  throw Error(Errc::failed,
              fmt::format("the message queue '{}' has its {} participants", name, memory_.geometry().seats),
              "make it with room for more participants, or wait until one leaves");
}

bool Seat::try_take(std::uint32_t seat) {
  if (!os::try_lock(fd_.fd(), seat)) return false;
  fault_point(FaultPoint::seat_locked);
  if (is_taken(seat)) recover(seat);
  set(seat, SeatState::taken);
  fault_point(FaultPoint::seat_taken);
  return true;
}

// The lock is dropped with the descriptor, or after this.
void Seat::recover(std::uint32_t seat) {
  Exchange(memory_, seat).recover(seat);
  Door& door = memory_.door();
  Bell(door.message_bell).ring_all();
  Bell(door.room_bell).ring_all();
  Bell(door.end_bell).ring_all();
  set(seat, SeatState::vacant);
  fault_point(FaultPoint::seat_vacated);
}

void Seat::recover_if_dead(std::uint32_t seat) {
  if (seat == number_ || !is_taken(seat) || !os::try_lock(fd_.fd(), seat)) return;
  fault_point(FaultPoint::dead_locked);
  if (is_taken(seat)) recover(seat);  // Otherwise it has left meanwhile.
  os::unlock(fd_.fd(), seat);
}

void Seat::look_after_the_dead() {
  std::atomic<std::uint64_t>& last = memory_.door().patrolled;
  std::uint64_t seen = last.load(std::memory_order_relaxed);
  const std::uint64_t now = os::coarse_milliseconds();
  // A clock that is behind is that of another time namespace.
  if (seen <= now && now - seen < kPatrolMilliseconds) return;
  if (!last.compare_exchange_strong(seen, now, std::memory_order_relaxed)) return;
  for (std::uint32_t seat = 0; seat < memory_.geometry().seats; ++seat) recover_if_dead(seat);
}

}  // namespace shmkit::messages
