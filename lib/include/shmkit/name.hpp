#pragma once

#include <string>
#include <string_view>

namespace shmkit {

/// The name of a segment: "shm://N" or bare "N" for POSIX shared memory, "file://P" for a file.
///
/// Leading slashes of a shared-memory name are dropped, as shm_open(3) does: "x", "/x" and "shm:///x"
/// are one segment. File paths are taken verbatim; relative ones are relative to the working directory.
class Name {
 public:
  /// Throws Error (usage): empty, a slash inside a shared-memory name, "." or "..", too long,
  /// an unknown scheme.
  static Name parse(std::string_view text);

  bool in_shared_memory() const noexcept { return shared_memory_; }
  /// The absolute path of the file behind it, "/dev/shm/N" for shared memory.
  const std::string& path() const noexcept { return path_; }
  /// The shortest text that parse() takes back to the same segment: "N", or "file://P" as given.
  const std::string& text() const noexcept { return text_; }
  std::string url() const;  ///< With its scheme, always.

  bool operator==(const Name& other) const noexcept { return path_ == other.path_; }

 private:
  bool shared_memory_ = true;
  std::string path_;
  std::string text_;
};

}  // namespace shmkit
