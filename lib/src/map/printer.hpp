#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "map/memory.hpp"
#include "os/fd.hpp"
#include "os/pipe.hpp"

namespace shmkit::map {

/// Copies outputs from scratch files to the descriptors that they are for. Small ones are collected first;
/// the order is kept, also between the two descriptors.
class Printer {
 public:
  /// `before`: called before something is written. May be empty.
  Printer(int output, int error, std::function<void()> before)
      : streams_{{{output, "standard output"}, {error, "standard error"}}}, before_(std::move(before)) {}

  void print_output(const os::Fd& file, const Extent& extent) { print(streams_[0], file, extent); }
  void print_error(const os::Fd& file, const Extent& extent) { print(streams_[1], file, extent); }

  /// Writes what was collected. True: all that was ever printed has been written. Throws Error.
  bool flush();

  /// From now on nothing is worth waiting for a reader.
  void hurry() noexcept { patient_ = false; }
  bool reader_gone() const noexcept { return reader_gone_; }

 private:
  struct Stream {
    int descriptor;
    const char* name;
  };

  void print(const Stream& stream, const os::Fd& file, Extent extent);
  bool put(std::size_t& written);

  os::NoSigpipe no_sigpipe_;
  std::array<Stream, 2> streams_;
  std::function<void()> before_;
  const Stream* current_ = nullptr;  // Whose bytes are in the buffer.
  std::vector<std::byte> buffer_;
  bool patient_ = true;
  bool complete_ = true;
  bool reader_gone_ = false;
};

}  // namespace shmkit::map
