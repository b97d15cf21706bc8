#pragma once

#include <cstdint>
#include <string>

namespace shmkit::os {

/// Which file a shared library is, and in what state. Plain bits.
struct LibraryIdentity {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t size = 0;
  std::int64_t modified_ns = 0;

  bool operator==(const LibraryIdentity&) const noexcept = default;
};

/// Throws Error (not_found).
LibraryIdentity identify_library(const std::string& path);

/// Loads a shared library for the rest of this process's life, and gives the address of a symbol; null if it
/// has none of that name. Throws Error (failed): what the loader says.
void* load_symbol(const std::string& path, const char* symbol);

}  // namespace shmkit::os
