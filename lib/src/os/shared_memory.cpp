#include "os/shared_memory.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>

#include "os/errors.hpp"
#include "os/space.hpp"

namespace shmkit::os {
namespace {

constexpr const char* kWhat = "control memory";

Fd make_file(std::uint64_t size) {
  Fd fd(::memfd_create("shmkit", MFD_CLOEXEC));
  if (!fd) throw_errno(errno, "create", kWhat);
  require_file_size(size, kWhat);
  if (::ftruncate(fd.get(), static_cast<off_t>(size)) != 0) throw_errno(errno, "size", kWhat);
  return fd;
}

}  // namespace

SharedMemory::SharedMemory(std::uint64_t size)
    : fd_(make_file(size)), mapping_(fd_, size, Open::read_write, kWhat) {}

void SharedMemory::ensure(std::uint64_t begin, std::uint64_t size) {
  std::uint64_t& known = ensured_[begin];
  if (size <= known) return;
  reserve_range(fd_, begin, size, kWhat);
  known = size;
}

}  // namespace shmkit::os
