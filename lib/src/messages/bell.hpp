#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace shmkit::messages {

/// What those sleep at who wait for something. A view of a word in shared memory, a futex: the lowest bit
/// says that somebody may sleep, the others count.
///
/// A sleeper listens, looks again whether there is what it waits for, and sleeps. Whoever brings it rings
/// afterwards. All of that is sequentially consistent, so that one of them sees the other. A ring clears the
/// bit, and nobody counts sleepers: dead ones leave no trace but one needless ring. So whoever was woken
/// says that there may be others (listen), and wakes the next one if there is more to have.
class Bell {
 public:
  explicit Bell(std::atomic<std::uint32_t>& word) noexcept : word_(word) {}

  /// From now on a ring is heard. Returns what to sleep with.
  std::uint32_t listen() noexcept { return word_.fetch_or(1, std::memory_order_seq_cst) | 1U; }
  /// Until it rings after listen(), or the time is over, or for no reason.
  void sleep(std::uint32_t listened, std::chrono::milliseconds most) noexcept;

  bool is_listened_to() const noexcept { return (word_.load(std::memory_order_seq_cst) & 1U) != 0; }
  void ring_one() noexcept { ring(1); }
  void ring_all() noexcept;

 private:
  void ring(std::uint32_t sleepers) noexcept {
    if (is_listened_to()) wake(sleepers);
  }
  void wake(std::uint32_t sleepers) noexcept;

  std::atomic<std::uint32_t>& word_;
};

}  // namespace shmkit::messages
