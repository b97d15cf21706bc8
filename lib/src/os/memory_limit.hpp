#pragma once

#include <cstdint>
#include <string>

namespace shmkit::os {

/// Bytes of memory that this process may still take, and what says so.
struct MemoryLimit {
  std::uint64_t available = 0;
  std::string reason;  ///< "RAM", "memory cgroup /sys/fs/cgroup/job_7"
};

/// The smallest of MemAvailable plus free swap and what is left in each memory cgroup (v1 and v2) up to the
/// root. Page cache that the kernel would drop first counts as available. A snapshot: others allocate too.
MemoryLimit memory_limit();

}  // namespace shmkit::os
