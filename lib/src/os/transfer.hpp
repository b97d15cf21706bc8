#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "os/fd.hpp"

// Bytes between descriptors of any kind: files, pipes, FIFOs, sockets, devices.
//
// Every function here makes about one system call and may wait in it, also on non-blocking descriptors. A
// signal ends the wait: the result is then empty, so that the caller can look whether it should stop, and
// call again. `name` is what messages call the file. All throw Error (no_space, failed, ...).
namespace shmkit::os {

/// Opens for reading, waiting for the writer of a FIFO. Empty Fd: a signal.
Fd open_source(const std::string& path, std::string_view name);

/// Opens what exists for writing, without truncating it; waits for the reader of a FIFO. Empty Fd: a signal.
Fd open_sink(const std::string& path, std::string_view name);

Fd standard_input();   ///< A duplicate.
Fd standard_output();  ///< A duplicate.

/// Where the next read or write happens; empty for what cannot seek.
std::optional<std::uint64_t> position(const Fd& fd) noexcept;

/// The permissions that a new file gets by default: 0666 less the umask.
std::uint32_t default_mode() noexcept;

/// Reads at most out.size() > 0 bytes; 0 at the end.
std::optional<std::size_t> read_some(const Fd& fd, std::span<std::byte> out, std::string_view name);

/// Writes at least one byte of `in`, which is not empty. Where the reader of a pipe has gone, the caller
/// decides by its disposition of SIGPIPE between death and Error (failed).
std::optional<std::size_t> write_some(const Fd& fd, std::span<const std::byte> in, std::string_view name);

/// Moves bytes from a descriptor's position into a regular file, inside the kernel where it can: sendfile
/// from files, splice from pipes, else through a buffer. Into tmpfs, sendfile took 0.30 s for a gigabyte,
/// pread and pwrite 0.37 s, reading into a mapping 0.49 s (reservation of the pages included).
class Mover {
 public:
  /// Both must outlive this. The position of `to` is moved.
  Mover(const Fd& from, std::string_view from_name, const Fd& to, std::string_view to_name)
      : from_(from), from_name_(from_name), to_(to), to_name_(to_name) {}

  /// Moves between 1 and `size` > 0 bytes to `offset` of the file; 0 at the end of the source.
  std::optional<std::size_t> move_some(std::uint64_t offset, std::size_t size);

 private:
  enum class Way { sendfile, splice, buffer };

  std::ptrdiff_t attempt(std::uint64_t offset, std::size_t size) const noexcept;
  std::optional<std::size_t> through_buffer(std::uint64_t offset, std::size_t size);

  const Fd& from_;
  std::string_view from_name_;
  const Fd& to_;
  std::string_view to_name_;
  Way way_ = Way::sendfile;
  std::vector<std::byte> buffer_;
};

}  // namespace shmkit::os
