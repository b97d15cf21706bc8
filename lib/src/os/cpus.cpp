#include "os/cpus.hpp"

#include <sched.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include "os/cgroup.hpp"

namespace shmkit::os {
namespace {

std::optional<double> quota_v2(const std::string& directory) {
  std::ifstream in(directory + "/cpu.max");
  double quota = 0;
  double period = 0;
  if (in >> quota >> period && quota > 0 && period > 0) return quota / period;
  return std::nullopt;  // Missing, or "max".
}

std::optional<double> quota_v1(const std::string& directory) {
  double quota = 0;
  double period = 0;
  std::ifstream quota_file(directory + "/cpu.cfs_quota_us");
  std::ifstream period_file(directory + "/cpu.cfs_period_us");
  if (quota_file >> quota && period_file >> period && quota > 0 && period > 0) return quota / period;
  return std::nullopt;
}

std::optional<double> tightest(const std::string& controller,
                               std::optional<double> (*quota_of)(const std::string&)) {
  std::optional<double> least;
  for (const auto& directory : cgroup_directories(controller)) {
    const auto quota = quota_of(directory);
    if (quota && (!least || *quota < *least)) least = quota;
  }
  return least;
}

}  // namespace

unsigned affinity_count() noexcept {
  // Grown until it fits: machines may have more CPUs than a cpu_set_t.
  for (std::size_t cpus = 1024; cpus <= (1U << 20U); cpus *= 2) {
    std::vector<cpu_set_t> sets(CPU_ALLOC_SIZE(cpus) / sizeof(cpu_set_t));
    const std::size_t bytes = sets.size() * sizeof(cpu_set_t);
    if (::sched_getaffinity(0, bytes, sets.data()) == 0) {
      return std::max(1U, static_cast<unsigned>(CPU_COUNT_S(bytes, sets.data())));
    }
  }
  return 1;
}

std::optional<double> cgroup_cpu_quota() {
  const auto v2 = tightest("", quota_v2);
  const auto v1 = tightest("cpu", quota_v1);
  if (v1 && v2) return std::min(*v1, *v2);
  return v1 ? v1 : v2;
}

}  // namespace shmkit::os
