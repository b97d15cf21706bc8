#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "os/fd.hpp"

namespace shmkit::os {

/// Both ends of a pipe.
struct Pipe {
  Fd reader;
  Fd writer;
};

/// A pipe as large as an unprivileged process may have (`fs.pipe-max-size`). Throws Error.
Pipe make_pipe();
std::uint64_t pipe_capacity(const Fd& end) noexcept;

/// Reads all of `out`, waiting. False: the other side is gone.
bool read_all(const Fd& fd, std::span<std::byte> out) noexcept;
/// Writes all of `in`, waiting. False: the other side is gone. Requires: NoSigpipe.
bool write_all(const Fd& fd, std::span<const std::byte> in) noexcept;

void set_nonblocking(const Fd& fd) noexcept;
/// What a non-blocking pipe takes right now. Empty: the other side is gone. Requires: NoSigpipe.
std::optional<std::size_t> write_some(const Fd& fd, std::span<const std::byte> in) noexcept;

/// While it lives, writing into a pipe that nobody reads is a return value in this thread, not a signal.
class NoSigpipe {
 public:
  NoSigpipe() noexcept;
  ~NoSigpipe();
  NoSigpipe(const NoSigpipe&) = delete;
  NoSigpipe& operator=(const NoSigpipe&) = delete;

 private:
  bool was_blocked_;
};

}  // namespace shmkit::os
