#include "os/unnamed_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include <fmt/format.h>

#include "os/errors.hpp"
#include "os/file.hpp"

namespace shmkit::os {
namespace {

std::string directory_of(const std::string& path) {
  return std::filesystem::path(path).parent_path().string();
}

std::string temporary_name(const std::string& path) {
  const std::filesystem::path p(path);
  // Cut so that the longest legal name still has room for the suffix.
  const std::string leaf = p.filename().string().substr(0, 200);
  return (p.parent_path() / fmt::format(".{}.shmkit-{}", leaf, ::getpid())).string();
}

bool lacks_tmpfile(int error) { return error == EOPNOTSUPP || error == EISDIR || error == EINVAL; }

void sync_directory(const std::string& path) {
  const Fd directory(::open(directory_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory) ::fsync(directory.get());
}

}  // namespace

UnnamedFile UnnamedFile::create_for(const std::string& path, std::uint32_t mode, std::string_view name) {
  std::string temporary;
  Fd fd(::open(directory_of(path).c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (!fd && lacks_tmpfile(errno)) {
    temporary = temporary_name(path);
    fd = Fd(::open(temporary.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600));
  }
  if (!fd) throw_errno(errno, "create", name);
  UnnamedFile file(std::move(fd), path, std::move(temporary));
  if (::fchmod(file.fd_.get(), mode) != 0) throw_errno(errno, "set the mode of", name);
  return file;
}

UnnamedFile::~UnnamedFile() {
  if (fd_) give_up_temporary();
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
    link_to(path_, name);
    give_up_temporary();
  }
  if (on_disk) sync_directory(path_);
}

// link(2) refuses a name that exists: that is what makes creation exclusive.
void UnnamedFile::link_to(const std::string& target, std::string_view name) {
  const std::string source = temporary_.empty() ? fmt::format("/proc/self/fd/{}", fd_.get()) : temporary_;
  if (::linkat(AT_FDCWD, source.c_str(), AT_FDCWD, target.c_str(), AT_SYMLINK_FOLLOW) == 0) return;
  throw_errno(errno, "create", name);
}

void UnnamedFile::rename_over(std::string_view name) {
  if (temporary_.empty()) {
    const std::string temporary = temporary_name(path_);
    ::unlink(temporary.c_str());  // A leftover of a dead process that had our pid.
    link_to(temporary, name);
    temporary_ = temporary;
  }
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) throw_errno(errno, "replace", name);
  temporary_.clear();
}

}  // namespace shmkit::os
