#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "os/fd.hpp"

namespace shmkit::os {

/// A file that only grows, by whole lines. What was appended survives the end of this process, in whatever
/// way; that it reaches the disk before the machine fails is not guaranteed.
class LogFile {
 public:
  /// Opens it, or makes it. Throws Error.
  explicit LogFile(const std::string& path);

  std::string contents() const;
  /// Takes away what stands behind the first `size` bytes: a line that was torn when its writer died.
  void cut(std::uint64_t size);

  /// Throws Error (no_space, failed).
  void append(std::string_view lines);

 private:
  std::string path_;
  Fd fd_;
};

}  // namespace shmkit::os
