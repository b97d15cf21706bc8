#pragma once

#include <cstdint>
#include <map>

#include "os/mapping.hpp"

namespace shmkit::os {

/// Shared memory without a name, inherited by children; the kernel frees it with its last user.
///
/// Pages come into being when they are touched; ensure() makes sure that they can.
class SharedMemory {
 public:
  explicit SharedMemory(std::uint64_t size);  ///< Zeroed. Throws Error.

  std::byte* data() const noexcept { return mapping_.data(); }
  std::size_t size() const noexcept { return mapping_.size(); }

  /// Reserves the bytes [begin, begin + size). Throws Error (no_space). Cheap for what it has reserved
  /// before.
  void ensure(std::uint64_t begin, std::uint64_t size);

 private:
  Fd fd_;
  Mapping mapping_;
  std::map<std::uint64_t, std::uint64_t> ensured_;  // begin -> size
};

}  // namespace shmkit::os
