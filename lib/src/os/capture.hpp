#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "os/pipe.hpp"

// How the output of a command gets from the command to whom it is for.
namespace shmkit::os {

/// A pipe of the ordinary size. Throws Error.
Pipe make_small_pipe();

/// What can be read from a pipe right now.
std::size_t bytes_waiting(const Fd& reader) noexcept;

/// A file without a name in a directory, readable and writable, gone with its last descriptor. Throws Error.
Fd make_scratch_file(const std::string& directory);

/// Makes a file empty. A failure does nothing.
void empty_file(const Fd& fd) noexcept;

/// From now on a file that would exceed RLIMIT_FSIZE is an Error (no_space), and not the end of this process.
void let_large_files_fail() noexcept;

/// Writes a part of `in`, which may wait for the reader of a pipe. 0: a signal, or nobody reads right now.
/// Empty: the reader has gone. Throws Error (failed). Requires: NoSigpipe.
std::optional<std::size_t> put_some(int descriptor, std::span<const std::byte> in, std::string_view name);

/// Waits until put_some() would put something. False: a signal or the time-out.
bool wait_writable(int descriptor, std::chrono::milliseconds timeout) noexcept;

}  // namespace shmkit::os
