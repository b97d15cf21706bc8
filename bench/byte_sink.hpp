#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <span>

namespace shmkit::bench {

enum class Channel { pipe, unix_socket };

std::uint64_t checksum(std::span<const std::byte> bytes);

/// A child process that reads messages of one size into private memory and acknowledges each: marshalling,
/// reduced to the moving of bytes. The pipe is 1 MiB large, the socket has the default buffers.
class ByteSink {
 public:
  ByteSink(Channel channel, std::size_t size);
  ~ByteSink();
  ByteSink(const ByteSink&) = delete;
  ByteSink& operator=(const ByteSink&) = delete;

  /// Sends them and returns the checksum of what arrived.
  std::uint64_t send(std::span<const std::byte> bytes);
  /// Sends them and returns when they have arrived.
  std::uint64_t send_unchecked(std::span<const std::byte> bytes);

 private:
  std::uint64_t transfer(std::span<const std::byte> bytes, std::uint64_t check);

  pid_t child_ = -1;
  int to_child_ = -1;
  int from_child_ = -1;
};

}  // namespace shmkit::bench
