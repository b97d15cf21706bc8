#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "os/fd.hpp"
#include "os/file.hpp"

namespace shmkit::os {

/// A regular file and the name that it was found under, in a directory that others write to as well: the name
/// may go, or lead to another file, at any time.
class NamedFile {
 public:
  /// Never follows a symbolic link nor waits. For writing where that is permitted, since only then a lock can
  /// be had. Empty: no such name, no regular file, or no permission.
  static std::optional<NamedFile> open(const std::string& path);

  const std::string& path() const noexcept { return path_; }
  const Fd& fd() const noexcept { return fd_; }
  Fd release() && noexcept { return std::move(fd_); }
  const FileStatus& status() const noexcept { return status_; }
  bool writable() const noexcept { return writable_; }

  /// Never negative, though clocks are set back. Since its content, its mode or its names were last changed;
  /// mappings that are written to do not count.
  std::chrono::system_clock::duration unchanged_for() const;

  /// Whether the name leads to this file still.
  bool is_named() const noexcept;

 private:
  NamedFile(std::string path, Fd fd, FileStatus status, bool writable)
      : path_(std::move(path)), fd_(std::move(fd)), status_(status), writable_(writable) {}

  std::string path_;
  Fd fd_;
  FileStatus status_;
  bool writable_;
};

}  // namespace shmkit::os
