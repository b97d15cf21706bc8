#pragma once

#include <cstdint>

namespace shmkit::job {

/// How `size` elements are cut into `chunks` ranges of nearly equal length, by these two numbers alone.
struct Partition {
  std::uint64_t size = 0;
  std::uint64_t chunks = 1;  ///< At least 1.

  /// First element of a chunk; begin(chunks) is size.
  std::uint64_t begin(std::uint64_t chunk) const noexcept {
    // 128 bits: size * chunk may exceed 2^64.
    __extension__ using Wide = unsigned __int128;
    return static_cast<std::uint64_t>(static_cast<Wide>(size) * chunk / chunks);
  }
};

}  // namespace shmkit::job
