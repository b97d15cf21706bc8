#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "npy/header.hpp"
#include "npy/meter.hpp"
#include "os/fd.hpp"

namespace shmkit::npy {

/// The file that an import reads: a regular file, or something that flows, such as a pipe.
/// Whatever ends early is an Error (not_an_array): truncated. A signal in a wait makes the meter report.
class Input {
 public:
  /// Opens `file`, or standard input for "-". `meter` must outlive this. Throws Error (not_found, failed).
  Input(const std::string& file, Meter& meter);

  /// Reads the header, and checks that a regular file is as long as it promises; a longer one is accepted, as
  /// NumPy does. To be called first, and once.
  Header read_header();

  /// Whether read_at() works: a regular file.
  bool seekable() const noexcept { return regular_; }

  /// Fills `out` with the next bytes of the data.
  void read(std::span<std::byte> out);
  /// Fills `out` with the bytes at `offset` of the data. Requires: seekable().
  void read_at(std::span<std::byte> out, std::uint64_t offset);
  /// Copies all data to the front of the file `to`, by the fastest way there is. Instead of the above.
  void move_to(const os::Fd& to, std::string_view to_name);

 private:
  std::size_t read_up_to(std::span<std::byte> out);
  void require_data() const;
  [[noreturn]] void truncated(std::uint64_t present) const;

  std::string name_;
  Meter& meter_;
  os::Fd fd_;
  bool regular_ = false;
  std::uint64_t data_begin_ = 0;  // Position in a regular file.
  std::uint64_t data_bytes_ = 0;
  std::uint64_t data_read_ = 0;  // By read().
};

}  // namespace shmkit::npy
