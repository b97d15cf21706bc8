#pragma once

#include <cstdint>
#include <string_view>

#include "messages/exchange.hpp"
#include "messages/layout.hpp"
#include "os/unshared_fd.hpp"

namespace shmkit::messages {

/// A handle's place among those who use a queue, and the lock that proves its life. In a forked child it is
/// nobody's any more, and leaves nothing.
///
/// For one thread at a time.
class Seat {
 public:
  /// Takes one, and recovers those that the dead have left. `file`: the queue's, whoever has it open.
  /// Throws Error (failed: none is free; not_an_array).
  Seat(const os::Fd& file, const QueueMemory& memory, std::string_view name);
  Seat(const Seat&) = delete;
  Seat& operator=(const Seat&) = delete;
  ~Seat();  ///< Gives back what was not acknowledged, and leaves.

  std::uint32_t number() const noexcept { return number_; }
  bool is_mine() const noexcept { return fd_.is_open(); }

  /// Recovers the seats of the dead, if nobody has looked for them lately. Throws Error (not_an_array).
  void look_after_the_dead();

 private:
  std::uint32_t take(std::string_view name);
  bool try_take(std::uint32_t seat);
  void recover_if_dead(std::uint32_t seat);
  void recover(std::uint32_t seat);
  bool is_taken(std::uint32_t seat) const noexcept;
  void set(std::uint32_t seat, SeatState state) noexcept;

  os::UnsharedFd fd_;
  QueueMemory memory_;
  std::uint32_t number_;
};

}  // namespace shmkit::messages
