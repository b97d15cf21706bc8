#pragma once

#include <optional>

namespace shmkit::os {

/// CPUs that this thread may run on (sched_getaffinity).
unsigned affinity_count() noexcept;

/// The CPU quota of the tightest cgroup (v1 or v2) up the tree, in CPUs. Empty: no quota.
std::optional<double> cgroup_cpu_quota();

}  // namespace shmkit::os
