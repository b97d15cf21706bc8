#pragma once

#include <string>
#include <vector>

namespace shmkit::os {

/// The directories of this process's cgroup and all its ancestors, innermost first, for a v1 controller, or
/// for v2
/// (""). Empty where that hierarchy is not mounted.
std::vector<std::string> cgroup_directories(const std::string& controller);

}  // namespace shmkit::os
