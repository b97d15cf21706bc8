#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace shmkit::os {

// Futexes that work between processes. std::atomic::wait does not: libstdc++ uses private futexes.

/// Sleeps while `word` equals `expected`, at most `timeout`. May return early for no reason.
void futex_wait(const std::atomic<std::uint32_t>& word, std::uint32_t expected,
                std::chrono::milliseconds timeout) noexcept;

/// Wakes up to `waiters` processes that sleep on `word`.
void futex_wake(const std::atomic<std::uint32_t>& word, std::uint32_t waiters) noexcept;

}  // namespace shmkit::os
