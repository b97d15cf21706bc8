#pragma once

#include <cstdint>

#include "kernels/kernel.hpp"
#include "kernels/parse_scalar.hpp"

// What kernels share whose chunks leave a count, or whose items are counted.
namespace shmkit::kernel {

inline constexpr std::uint64_t kMostItems = (std::uint64_t{1} << 63U) - 1;

/// A chunk that leaves one number.
inline std::size_t count_bytes(const std::array<Kind, 2>&, const Params&) { return sizeof(std::uint64_t); }

inline void put_count(const ChunkInput& in, std::uint64_t count) noexcept {
  std::memcpy(in.partial, &count, sizeof count);
}

inline std::uint64_t total_count(const Partials& partials) noexcept {
  std::uint64_t total = 0;
  for (std::uint64_t i = 0; i < partials.chunks; ++i) total += partials.at<std::uint64_t>(i);
  return total;
}

}  // namespace shmkit::kernel
