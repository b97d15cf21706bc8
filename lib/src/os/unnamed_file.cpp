#include "os/unnamed_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <filesystem>

#include <fmt/format.h>

#include <shmkit/error.hpp>

#include "os/errors.hpp"
#include "os/file.hpp"
#include "os/lock.hpp"
#include "os/name_hold.hpp"

namespace shmkit::os {
namespace {

constexpr std::string_view kMark = ".shmkit-";

bool is_number(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

std::string directory_of(const std::string& path) {
  return std::filesystem::path(path).parent_path().string();
}

// Another one at each call: other threads may be at the same name, and a process in another PID namespace, or
// a dead one, may have had our number. Whoever finds the name taken asks again.
std::string temporary_name(const std::string& path) {
  static std::atomic<unsigned> calls = 0;
  const std::filesystem::path p(path);
  // Cut so that the longest legal name still has room for the suffix.
  const std::string leaf = p.filename().string().substr(0, 200);
  return (p.parent_path() / fmt::format(".{}{}{}-{}", leaf, kMark, ::getpid(), calls++)).string();
}

bool lacks_tmpfile(int error) { return error == EOPNOTSUPP || error == EISDIR || error == EINVAL; }

Fd open_unnamed(const std::string& directory) {
  if (::access("/proc/self/fd", X_OK) == 0)
    return Fd(::open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  errno = EOPNOTSUPP;  // Without /proc it could never get a name.
  return {};
}

// True also where the file system has no locks.
bool hold_draft(const Fd& fd) {
  try {
    return try_lock(fd, kDraftByte);
  } catch (const Error&) {
    return true;
  }
}

// Between its birth and the lock, a file with a name looks like one whose creator is dead.
bool was_taken_for_dead(const Fd& fd) {
  struct stat st {};
  return !hold_draft(fd) || (::fstat(fd.get(), &st) == 0 && st.st_nlink == 0);
}

Fd open_temporary(const std::string& path, std::string& temporary) {
  for (;;) {
    temporary = temporary_name(path);
    Fd fd(::open(temporary.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600));
    if (!fd && errno == EEXIST) continue;
    if (!fd || !was_taken_for_dead(fd)) return fd;
  }
}

void sync_directory(const std::string& path) {
  const Fd directory(::open(directory_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory) ::fsync(directory.get());
}

}  // namespace

bool is_temporary_name(std::string_view leaf) noexcept {
  const auto mark = leaf.rfind(kMark);
  if (!leaf.starts_with('.') || mark == std::string_view::npos || mark == 0) return false;
  const auto numbers = leaf.substr(mark + kMark.size());
  const auto dash = numbers.find('-');
  return dash != std::string_view::npos && is_number(numbers.substr(0, dash)) &&
         is_number(numbers.substr(dash + 1));
}

UnnamedFile UnnamedFile::create_for(const std::string& path, std::uint32_t mode, std::string_view name) {
  std::string temporary;
  Fd fd = open_unnamed(directory_of(path));
  if (fd) hold_draft(fd);
  if (!fd && lacks_tmpfile(errno)) fd = open_temporary(path, temporary);
  if (!fd) throw_errno(errno, "create", name);
  UnnamedFile file(std::move(fd), path, std::move(temporary));
  if (::fchmod(file.fd_.get(), mode) != 0) throw_errno(errno, "set the mode of", name);
  return file;
}

UnnamedFile::~UnnamedFile() {
  if (fd_) give_up_temporary();
}

void UnnamedFile::leave_to_parent() noexcept {
  temporary_.clear();
  fd_ = Fd();
}

void UnnamedFile::give_up_temporary() noexcept {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
  temporary_.clear();
}

void UnnamedFile::publish(bool replace, std::string_view name) {
  const bool on_disk = !in_memory(fd_);
  if (on_disk && ::fsync(fd_.get()) != 0) throw_errno(errno, "write", name);
  if (replace) {
    rename_over(name);
  } else {
    if (!link_to(path_)) throw_errno(errno, "create", name);
    give_up_temporary();
  }
  unlock(fd_, kDraftByte);
  if (on_disk) sync_directory(path_);
}

// link(2) refuses a name that exists: that is what makes creation exclusive.
bool UnnamedFile::link_to(const std::string& target) {
  const std::string source = temporary_.empty() ? fmt::format("/proc/self/fd/{}", fd_.get()) : temporary_;
  return ::linkat(AT_FDCWD, source.c_str(), AT_FDCWD, target.c_str(), AT_SYMLINK_FOLLOW) == 0;
}

void UnnamedFile::rename_over(std::string_view name) {
  while (temporary_.empty()) {
    const std::string temporary = temporary_name(path_);
    if (link_to(temporary)) {
      temporary_ = temporary;
    } else if (errno != EEXIST) {
      throw_errno(errno, "replace", name);
    }
  }
  const NameHold held(path_);
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) throw_errno(errno, "replace", name);
  temporary_.clear();
}

}  // namespace shmkit::os
