#pragma once

#include <cstdint>

namespace shmkit::bench {

/// Whether `--quick` was given: smaller arrays. Set before the first benchmark runs.
inline bool is_quick = false;

inline std::uint64_t full_or_quick(std::uint64_t full, std::uint64_t quick) noexcept {
  return is_quick ? quick : full;
}

}  // namespace shmkit::bench
