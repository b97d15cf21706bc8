#pragma once

#include <atomic>
#include <cstdint>

namespace shmkit::os {

/// From now on, in this process: the end of a child (SIGCHLD) and a wish to end this process (SIGTERM,
/// SIGINT) bump `bell`, so that a futex wait on it ends, or does not begin. For a process that has no other
/// use for these signals.
void ring_on_signals(std::atomic<std::uint32_t>& bell) noexcept;

/// How often SIGTERM or SIGINT has come.
unsigned wishes_to_end() noexcept;

/// For a child of such a process: its parent decides about its end. SIGCHLD is as it was.
void leave_signals_to_parent() noexcept;

}  // namespace shmkit::os
