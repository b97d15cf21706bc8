#pragma once

#include <cstdint>

#include "os/fd.hpp"

namespace shmkit::os {

// Liveness by lock: open file description locks (F_OFD_SETLK) on bytes of a file. The kernel drops them when
// the last descriptor of that open file goes, so with their holder, however it ends, and they hold across PID
// namespaces. A pid does neither.
//
// A child that is forked without exec inherits the open file, and keeps its parent's lock alive. So whoever
// proves its life by a lock opens the file itself, close-on-exec, and whoever it forks closes that
// descriptor.

/// Locks [begin, begin + size), exclusively. False: another open file has a lock there. Throws Error.
bool try_lock(const Fd& fd, std::uint64_t begin, std::uint64_t size = 1);

void unlock(const Fd& fd, std::uint64_t begin, std::uint64_t size = 1) noexcept;

/// Whether another open file has a lock in [begin, begin + size). In doubt true.
bool is_locked(const Fd& fd, std::uint64_t begin, std::uint64_t size = 1) noexcept;

}  // namespace shmkit::os
