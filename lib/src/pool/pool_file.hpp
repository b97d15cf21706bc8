#pragma once

#include <optional>
#include <string>

#include "os/file.hpp"
#include "os/mapping.hpp"
#include "pool/layout.hpp"

namespace shmkit::pool {

inline constexpr std::uint64_t kPoolMagic = 0x6C6F6F70'6D687301;  // Bytes 01 "shmpool".

/// What a build of shmkit shares with another one only if it is the same: layout, kernels.
std::uint64_t build_number() noexcept;

/// Believes nothing: how many workers and clients a pool of this size has by its identity.
/// Throws Error (not_an_array): no pool, damaged, of another build.
struct Geometry {
  std::uint32_t workers = 0;
  std::uint32_t clients = 0;
};
Geometry checked_geometry(const PoolIdentity& identity, std::uint64_t file_bytes, const std::string& name);

/// Opens what is only ours: a regular file of this user that nobody else may open.
/// Throws Error: not_found, failed (somebody else's), not_an_array.
os::Fd open_own(const std::string& path, const std::string& what);

/// A pool's file, opened and mapped by somebody who did not make it. Locks taken through `fd` are its own.
struct PoolFile {
  os::Fd fd;
  os::Mapping mapping;
  PoolMemory memory;
};
/// Throws Error as open_own() and checked_geometry().
PoolFile open_pool(const std::string& name);

}  // namespace shmkit::pool
