#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace shmkit {

/// What tells one process from all others of this machine, also after its end, when others get its number.
///
/// A pid means something in one PID namespace only, and only until it is given away again; the start time
/// tells its holders apart, the boot id one uptime of the machine from the next.
struct ProcessIdentity {
  int pid = 0;                      ///< As the processes of pid_namespace see it.
  std::uint32_t pid_namespace = 0;  ///< Its inode.
  std::uint64_t start_time = 0;     ///< In clock ticks since the machine was started.
  std::array<std::byte, 16> boot_id{};

  bool operator==(const ProcessIdentity&) const = default;
};

enum class Life { alive, dead, unknown };

/// Whether that process still runs; dead only where that is proven:
///   * it had its number in this process's PID namespace (or in an earlier one that had its inode, and ended
///   with
///     all that was in it), and the machine was restarted since;
///   * the same, and the number is free, or belongs to a process that started at another time;
///   * it has ended, and only waits to be reaped.
/// Of another PID namespace nothing can be proven from here, nor without /proc: unknown.
Life life_of(const ProcessIdentity& process) noexcept;

}  // namespace shmkit
