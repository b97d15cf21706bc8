#pragma once

#include <cstdint>
#include <string_view>

#include "os/fd.hpp"

namespace shmkit::os {

/// Makes sure that a file has all its bytes, so that no later access can fail for want of space.
///
/// Before it asks the kernel, it compares the need with what is free: in the file system, and for files in
/// memory also in RAM and in the memory cgroups up to the root, because past those the kernel kills instead
/// of failing; and with RLIMIT_FSIZE, which kills by SIGXFSZ. Then posix_fallocate in slices, so that signals
/// are delivered in between. Throws Error (no_space) that names need, free space and the way out.
void reserve(const Fd& fd, std::uint64_t size, std::string_view name);

/// The same for a part of a file: nothing is known of what it has already, so all of it counts as needed.
void reserve_range(const Fd& fd, std::uint64_t begin, std::uint64_t size, std::string_view name);

/// Looks whether a file may become `size` bytes long: past RLIMIT_FSIZE, ftruncate kills too. Throws Error
/// (no_space).
void require_file_size(std::uint64_t size, std::string_view name);

/// Looks whether the holes of a file could be filled now, as reserve() would, for whoever may only read it
/// and has the kernel fill them. Reserves nothing. Throws Error (no_space).
void require_space_for_holes(const Fd& fd, std::string_view name);

/// Bytes that a new file in memory at `directory` can have right now; the least of the limits that reserve()
/// looks at.
std::uint64_t available_space(const char* directory);

}  // namespace shmkit::os
