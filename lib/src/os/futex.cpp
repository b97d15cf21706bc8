#include "os/futex.hpp"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <ctime>

namespace shmkit::os {
namespace {

const std::uint32_t* address(const std::atomic<std::uint32_t>& word) {
  static_assert(sizeof(word) == sizeof(std::uint32_t));
  return reinterpret_cast<const std::uint32_t*>(&word);
}

}  // namespace

void futex_wait(const std::atomic<std::uint32_t>& word, std::uint32_t expected,
                std::chrono::milliseconds timeout) noexcept {
  const timespec time{timeout.count() / 1000, (timeout.count() % 1000) * 1'000'000};
  ::syscall(SYS_futex, address(word), FUTEX_WAIT, expected, &time, nullptr, 0);
}

void futex_wake(const std::atomic<std::uint32_t>& word, std::uint32_t waiters) noexcept {
  ::syscall(SYS_futex, address(word), FUTEX_WAKE, waiters, nullptr, nullptr, 0);
}

}  // namespace shmkit::os
