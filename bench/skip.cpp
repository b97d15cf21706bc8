#include "skip.hpp"

#include <fmt/format.h>

#include "os/memory_limit.hpp"

namespace shmkit::bench {

void skip(benchmark::State& state, const std::string& reason) {
  state.SkipWithError((kSkipped + reason).c_str());
}

bool spare_memory(benchmark::State& state, std::uint64_t bytes) {
  constexpr std::uint64_t kOthers = 256'000'000;
  const os::MemoryLimit limit = os::memory_limit();
  if (bytes + bytes / 8 + kOthers <= limit.available) return true;
  skip(state, fmt::format("{:.1f} GB of memory are needed, and some room; {:.1f} GB are free ({})",
                          static_cast<double>(bytes) / 1e9, static_cast<double>(limit.available) / 1e9,
                          limit.reason));
  return false;
}

}  // namespace shmkit::bench
