#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "npy/meter.hpp"
#include "os/fd.hpp"

namespace shmkit::npy {

/// The open file that an export writes: a regular file, or something that flows, such as a pipe.
/// A signal in a wait makes the meter report. Throws Error (no_space, failed).
class Output {
 public:
  enum class Access { stream, seek };

  /// Both must outlive this.
  Output(const os::Fd& fd, std::string name, Access access, Meter& meter)
      : fd_(fd), name_(std::move(name)), access_(access), meter_(meter) {}

  bool seekable() const noexcept { return access_ == Access::seek; }

  /// To be written first.
  void write_header(std::span<const std::byte> header);
  /// Writes the next bytes of the data.
  void write(std::span<const std::byte> data);
  /// Writes bytes at `offset` of the data. Requires: seekable().
  void write_at(std::span<const std::byte> data, std::uint64_t offset);

 private:
  void write_all(std::span<const std::byte> bytes);

  const os::Fd& fd_;
  std::string name_;
  Access access_;
  Meter& meter_;
  std::uint64_t data_begin_ = 0;
};

}  // namespace shmkit::npy
