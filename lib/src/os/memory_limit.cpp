#include "os/memory_limit.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <limits>
#include <optional>
#include <sstream>

namespace shmkit::os {
namespace {

constexpr std::uint64_t kUnlimited = std::numeric_limits<std::uint64_t>::max();

std::optional<std::uint64_t> read_number(const std::string& path) {
  std::ifstream in(path);
  std::uint64_t value = 0;
  if (in >> value) return value;
  return std::nullopt;  // Missing, or "max".
}

std::uint64_t read_field(const std::string& path, const std::string& key) {
  std::ifstream in(path);
  std::string word;
  std::uint64_t value = 0;
  for (std::string line; std::getline(in, line);) {
    std::istringstream fields(line);
    if (fields >> word >> value && word == key) return value;
  }
  return 0;
}

std::uint64_t left_in_group(const std::string& directory, bool v2) {
  const auto limit = read_number(directory + (v2 ? "/memory.max" : "/memory.limit_in_bytes"));
  const auto usage = read_number(directory + (v2 ? "/memory.current" : "/memory.usage_in_bytes"));
  if (!limit || !usage) return kUnlimited;
  const std::uint64_t cache =
      read_field(directory + "/memory.stat", v2 ? "inactive_file" : "total_inactive_file");
  const std::uint64_t used = *usage - std::min(*usage, cache);
  return *limit - std::min(*limit, used);
}

void tighten_by_cgroups(MemoryLimit& limit, const std::string& controller) {
  const CgroupChain chain = cgroup_chain(controller);
  if (chain.mount.empty()) return;
  for (std::filesystem::path group = chain.path;; group = group.parent_path()) {
    const std::string directory = chain.mount + (group == "/" ? "" : group.string());
    const std::uint64_t left = left_in_group(directory, controller.empty());
    if (left < limit.available) limit = {left, "memory cgroup " + group.string()};
    if (group == "/" || group.empty()) return;
  }
}

// Field 3 of a mount line is the mount point, 4 its options, 2 the file system type.
std::string mount_point(const std::string& controller) {
  std::ifstream in("/proc/self/mounts");
  std::string device, point, type, options;
  for (std::string line; std::getline(in, line);) {
    std::istringstream fields(line);
    if (!(fields >> device >> point >> type >> options)) continue;
    if (controller.empty()
            ? type == "cgroup2"
            : type == "cgroup" && ("," + options + ",").find("," + controller + ",") != std::string::npos) {
      return point;
    }
  }
  return {};
}

}  // namespace

CgroupChain cgroup_chain(const std::string& controller) {
  std::ifstream in("/proc/self/cgroup");
  for (std::string line; std::getline(in, line);) {
    const auto first = line.find(':');
    const auto second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = "," + line.substr(first + 1, second - first - 1) + ",";
    const bool ours = controller.empty() ? controllers == ",,"
                                         : controllers.find("," + controller + ",") != std::string::npos;
    if (ours) return {mount_point(controller), line.substr(second + 1)};
  }
  return {};
}

MemoryLimit memory_limit() {
  const std::uint64_t kib =
      read_field("/proc/meminfo", "MemAvailable:") + read_field("/proc/meminfo", "SwapFree:");
  MemoryLimit limit{kib == 0 ? kUnlimited : kib * 1024, "RAM"};
  tighten_by_cgroups(limit, "");
  tighten_by_cgroups(limit, "memory");
  return limit;
}

}  // namespace shmkit::os
