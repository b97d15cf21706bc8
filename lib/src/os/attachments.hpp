#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace shmkit::os {

/// A process that has a file mapped.
struct Attached {
  int pid;
  std::string command;  ///< "python3"
};

/// Who maps the file, by reading /proc/PID/maps. Processes that we may not look into (of other users, in
/// other PID namespaces) are missing: a lower bound.
std::vector<Attached> attached_processes(std::uint64_t device, std::uint64_t inode);

}  // namespace shmkit::os
