#include "os/lock.hpp"

#include <fcntl.h>

#include <cerrno>

#include "os/errors.hpp"

namespace shmkit::os {
namespace {

struct flock range(short type, std::uint64_t begin, std::uint64_t size) {
  struct flock lock {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  lock.l_start = static_cast<off_t>(begin);
  lock.l_len = static_cast<off_t>(size);
  return lock;
}

}  // namespace

bool try_lock(const Fd& fd, std::uint64_t begin, std::uint64_t size) {
  struct flock lock = range(F_WRLCK, begin, size);
  if (::fcntl(fd.get(), F_OFD_SETLK, &lock) == 0) return true;
  if (errno != EAGAIN && errno != EACCES) throw_errno(errno, "lock", "a segment");
  return false;
}

void unlock(const Fd& fd, std::uint64_t begin, std::uint64_t size) noexcept {
  struct flock lock = range(F_UNLCK, begin, size);
  ::fcntl(fd.get(), F_OFD_SETLK, &lock);
}

bool is_locked(const Fd& fd, std::uint64_t begin, std::uint64_t size) noexcept {
  struct flock lock = range(F_WRLCK, begin, size);
  return ::fcntl(fd.get(), F_OFD_GETLK, &lock) != 0 || lock.l_type != F_UNLCK;
}

}  // namespace shmkit::os
