#include <shmkit/run.hpp>

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <string_view>

#include <fmt/format.h>

#include "os/cpus.hpp"

namespace shmkit {
namespace {

void tighten(WorkerCount& best, unsigned count, std::string reason) {
  if (count < best.count) best = {count, std::move(reason)};
}

// Only set when the job asked for it. Rubbish is passed over: the other limits hold.
unsigned slurm_cpus() {
  const char* text = std::getenv("SLURM_CPUS_PER_TASK");
  if (text == nullptr) return 0;
  const std::string_view digits(text);
  unsigned count = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), count);
  return error == std::errc() && end == digits.data() + digits.size() ? count : 0;
}

}  // namespace

WorkerCount default_workers() {
  const unsigned affinity = os::affinity_count();
  WorkerCount best{affinity, fmt::format("CPU affinity ({})", affinity)};
  if (const auto quota = os::cgroup_cpu_quota()) {
    tighten(best, static_cast<unsigned>(std::ceil(*quota)),
            fmt::format("cgroup quota ({:.2g} CPUs)", *quota));
  }
  if (const unsigned slurm = slurm_cpus(); slurm > 0)
    tighten(best, slurm, fmt::format("SLURM_CPUS_PER_TASK ({})", slurm));
  if (best.count > WorkerPool::kMaxWorkers) best = {WorkerPool::kMaxWorkers, "the most that a pool can have"};
  return best;
}

}  // namespace shmkit
