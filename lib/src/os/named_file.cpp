#include "os/named_file.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include <shmkit/error.hpp>

#include "os/errors.hpp"

namespace shmkit::os {
namespace {

Fd try_open(const std::string& path, Open open) {
  try {
    return open_existing(path, open, Links::refuse, path);
  } catch (const Error&) {
    return {};
  }
}

}  // namespace

std::optional<NamedFile> NamedFile::open(const std::string& path) {
  // Only looked at: of other kinds of files, opening some does something.
  struct stat st {};
  if (::lstat(path.c_str(), &st) != 0 || !S_ISREG(st.st_mode)) return std::nullopt;
  Fd fd = try_open(path, Open::read_write);
  const bool writable = static_cast<bool>(fd);
  if (!fd) fd = try_open(path, Open::read_only);
  if (!fd) return std::nullopt;
  const FileStatus found = os::status(fd, path);
  if (!found.regular) return std::nullopt;
  return NamedFile(path, std::move(fd), found, writable);
}

std::chrono::system_clock::duration NamedFile::unchanged_for() const {
  using namespace std::chrono;
  struct stat st {};
  if (::fstat(fd_.get(), &st) != 0) throw_errno(errno, "examine", path_);
  const auto changed = seconds(st.st_ctim.tv_sec) + nanoseconds(st.st_ctim.tv_nsec);
  const auto age = system_clock::now().time_since_epoch() - duration_cast<system_clock::duration>(changed);
  return std::max(age, system_clock::duration::zero());
}

bool NamedFile::is_named() const noexcept {
  struct stat st {};
  return ::lstat(path_.c_str(), &st) == 0 && st.st_dev == status_.device && st.st_ino == status_.inode;
}

}  // namespace shmkit::os
