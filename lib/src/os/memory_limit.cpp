#include "os/memory_limit.hpp"

#include <algorithm>
#include <fstream>
#include <limits>
#include <optional>
#include <sstream>

#include "os/cgroup.hpp"

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
  for (const auto& directory : cgroup_directories(controller)) {
    const std::uint64_t left = left_in_group(directory, controller.empty());
    if (left < limit.available) limit = {left, "memory cgroup " + directory};
  }
}

}  // namespace

MemoryLimit memory_limit() {
  const std::uint64_t kib =
      read_field("/proc/meminfo", "MemAvailable:") + read_field("/proc/meminfo", "SwapFree:");
  MemoryLimit limit{kib == 0 ? kUnlimited : kib * 1024, "RAM"};
  tighten_by_cgroups(limit, "");
  tighten_by_cgroups(limit, "memory");
  return limit;
}

}  // namespace shmkit::os
