#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "os/fd.hpp"

namespace shmkit::os {

/// What fstat and fstatfs tell about an open file.
struct FileStatus {
  bool regular = false;
  std::uint64_t size = 0;
  std::uint64_t stored = 0;  ///< Bytes that the file system holds.
  std::uint32_t mode = 0;    ///< Permission bits.
  std::uint32_t owner = 0;
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t links = 0;
};

enum class Open { read_only, read_write };
enum class Links { follow, refuse };

/// Opens a file that exists, without waiting (FIFOs) and without becoming its terminal.
/// `name` is what messages call it. Throws Error.
Fd open_existing(const std::string& path, Open open, Links links, std::string_view name);

/// A second descriptor of the same open file. Throws Error.
Fd duplicate(int descriptor, std::string_view name);

/// The same file opened anew: another open file, with locks of its own. Needs /proc. Throws Error.
Fd reopen(const Fd& fd, std::string_view name);

FileStatus status(const Fd& fd, std::string_view name);

struct FileId {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;

  bool operator==(const FileId&) const noexcept = default;
};

/// Which file has this path now, without following a link. Empty: none that can be seen.
std::optional<FileId> identify(const std::string& path) noexcept;

/// True for what lives in memory: tmpfs and hugetlbfs.
bool in_memory(const Fd& fd) noexcept;

/// The unit in which a file must grow: the huge page on hugetlbfs, 1 elsewhere.
std::uint64_t size_unit(const Fd& fd) noexcept;

/// When the file was made, where the file system keeps that.
std::optional<std::chrono::system_clock::time_point> birth_time(const Fd& fd) noexcept;

/// Reads up to out.size() bytes at `offset`; fewer only at the end of the file. Throws Error.
std::size_t read_at(const Fd& fd, std::span<std::byte> out, std::uint64_t offset, std::string_view name);

/// Writes all of `in` at `offset`. Throws Error (no_space, failed).
void write_at(const Fd& fd, std::span<const std::byte> in, std::uint64_t offset, std::string_view name);

/// Takes a name away. Throws Error.
void unlink_file(const std::string& path, std::string_view name);

/// Names of everything in a directory, sorted, without "." and "..".
std::vector<std::string> directory_entries(const std::string& path);

}  // namespace shmkit::os
