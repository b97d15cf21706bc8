#pragma once

#include <cstdint>

namespace shmkit::os {

/// Bytes of the largest data cache that the first CPU has or shares. 0: the kernel does not say (some virtual
/// machines; arm64 without firmware tables). A virtual machine may see a cache that it shares with others.
std::uint64_t last_level_cache_bytes();

}  // namespace shmkit::os
