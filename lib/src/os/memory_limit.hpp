#pragma once

#include <cstdint>
#include <string>

namespace shmkit::os {

/// Bytes of memory that this process may still take, and what says so.
struct MemoryLimit {
  std::uint64_t available = 0;
  std::string reason;  ///< "RAM", "memory cgroup /slurm/uid_0/job_7"
};

/// The smallest of MemAvailable plus free swap and what is left in each memory cgroup (v1 and v2) up to the
/// root. Page cache that the kernel would drop first counts as available. A snapshot: others allocate too.
MemoryLimit memory_limit();

/// The paths of this process's cgroup and all its ancestors for a v1 controller, or for v2 ("").
/// Empty where that hierarchy is not mounted. `mount` receives the mount point.
struct CgroupChain {
  std::string mount;
  std::string path;  ///< Of the innermost group, relative to the mount, starting with '/'.
};
CgroupChain cgroup_chain(const std::string& controller);

}  // namespace shmkit::os
