#include "messages/bell.hpp"

#include <limits>

#include "os/futex.hpp"

namespace shmkit::messages {

void Bell::sleep(std::uint32_t listened, std::chrono::milliseconds most) noexcept {
  os::futex_wait(word_, listened, most);
}

void Bell::ring_all() noexcept { ring(std::numeric_limits<std::int32_t>::max()); }

void Bell::wake(std::uint32_t sleepers) noexcept {
  std::uint32_t seen = word_.load(std::memory_order_seq_cst);
  while ((seen & 1U) != 0) {
    if (!word_.compare_exchange_weak(seen, (seen & ~1U) + 2, std::memory_order_seq_cst)) continue;
    os::futex_wake(word_, sleepers);
    return;
  }
}

}  // namespace shmkit::messages
