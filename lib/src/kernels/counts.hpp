#pragma once

#include <cstdint>
#include <string>

#include <shmkit/error.hpp>

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

/// A number of things to do, from `least` to `most`. Throws Error (usage).
inline std::uint64_t parse_count(const ArgumentText& argument, std::uint64_t least, std::uint64_t most) {
  const auto count = parse_scalar<std::uint64_t>(argument);
  if (count >= least && count <= most) return count;
  throw Error(Errc::usage,
              "kernel " + std::string(argument.kernel) + ": " + std::string(argument.name) + " '" +
                  std::string(argument.text) + "' is out of range",
              "Take from " + std::to_string(least) + " to " + std::to_string(most) + ".");
}

}  // namespace shmkit::kernel
