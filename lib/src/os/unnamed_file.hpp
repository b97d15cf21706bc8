#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "os/fd.hpp"

namespace shmkit::os {

/// Locked while a file has a temporary name, or may get one. Far beyond the end of any file, so that whoever
/// uses the file may lock what he likes.
inline constexpr std::uint64_t kDraftByte = std::uint64_t{1} << 62U;

/// Whether a file of this name may be one that UnnamedFile is at, or a dead one was.
bool is_temporary_name(std::string_view leaf) noexcept;

/// A file that gets its name when it is complete.
///
/// O_TMPFILE gives a file without a name, which the kernel frees when its creator dies; publish() links it
/// into place in one step. Where the file system has no O_TMPFILE (or /proc is missing), a hidden
/// temporary name ".NAME.shmkit-PID-N" stands in, and a creator that is killed leaves that name behind. So
/// does one that is killed at the moment of replacing: link(2) cannot replace, and rename(2) needs a name.
///
/// Whoever finds such a name can prove its creator dead: as long as the creator lives, or a child that it
/// forked meanwhile and that may be filling the file, kDraftByte of the file is locked (os/lock.hpp). A lock
/// is not to be had on every file system; on those in memory it is.
class UnnamedFile {
 public:
  /// In the directory of `path`, with exactly the permission bits `mode`. Throws Error.
  static UnnamedFile create_for(const std::string& path, std::uint32_t mode, std::string_view name);

  UnnamedFile(UnnamedFile&&) noexcept = default;
  UnnamedFile& operator=(UnnamedFile&&) = delete;
  ~UnnamedFile();

  const Fd& fd() const noexcept { return fd_; }

  /// Makes `path` refer to this file. On disks, both the file and its directory are synced. What is replaced
  /// is held meanwhile (os/name_hold.hpp). Throws Error: exists if there is such a name and `replace` is
  /// false.
  void publish(bool replace, std::string_view name);

  /// In a forked child: closes it, and leaves the temporary name, if there is one, to the parent.
  void leave_to_parent() noexcept;

 private:
  UnnamedFile(Fd fd, std::string path, std::string temporary)
      : fd_(std::move(fd)), path_(std::move(path)), temporary_(std::move(temporary)) {}
  bool link_to(const std::string& target);  // False: errno says why.
  void rename_over(std::string_view name);
  void give_up_temporary() noexcept;

  Fd fd_;
  std::string path_;
  std::string temporary_;  // Empty: the file has no name yet.
};

}  // namespace shmkit::os
