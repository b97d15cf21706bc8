#include "os/spin.hpp"

namespace shmkit::os {

void relax() noexcept {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

bool spin_until_changed(const std::atomic<std::uint32_t>& word, std::uint32_t seen) noexcept {
  constexpr int kLooks = 200;  // About 5 to 10 us: what a sleep and a wake-up cost.
  for (int i = 0; i < kLooks; ++i) {
    if (word.load(std::memory_order_acquire) != seen) return true;
    relax();
  }
  return false;
}

}  // namespace shmkit::os
