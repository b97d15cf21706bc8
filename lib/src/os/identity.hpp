#pragma once

#include <optional>
#include <string_view>

#include <shmkit/identity.hpp>

namespace shmkit::os {

/// The identity of a process that runs now, by its number in this process's PID namespace. Empty: there is
/// none (one that waits to be reaped is none), or it cannot be identified here: /proc is missing or that of
/// another PID namespace, or clocks are shifted by a time namespace.
///
/// The namespace that counts is ours, where the number means this process, and not that of the process, where
/// it may mean another one.
std::optional<ProcessIdentity> identity_of(int pid) noexcept;

/// What /proc/PID/stat says (proc_pid_stat(5)).
struct ProcessStat {
  bool ended = false;            ///< Waits to be reaped. Not so while other threads outlive its first one.
  std::uint64_t start_time = 0;  ///< Field 22.
};

/// Empty: that is no such line. The name of the program in it may hold any character, blanks and parentheses
/// too.
std::optional<ProcessStat> parse_stat(std::string_view line);

}  // namespace shmkit::os
