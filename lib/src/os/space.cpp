#include "os/space.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <sstream>
#include <string>

#include <fmt/format.h>

#include <shmkit/error.hpp>

#include "os/errors.hpp"
#include "os/file.hpp"
#include "os/memory_limit.hpp"

namespace shmkit::os {
namespace {

constexpr std::uint64_t kSlice = 256ULL << 20U;

std::uint64_t free_bytes(const struct statvfs& fs) {
  // A tmpfs without a size limit reports 0 blocks in all.
  if (fs.f_blocks == 0) return ~std::uint64_t{0};
  return std::uint64_t{fs.f_bavail} * fs.f_frsize;
}

// A line of mountinfo: id, parent, major:minor, root, mount point, options, optional fields, "-", type, ...
std::string file_system_of(const Fd& fd, std::string_view name) {
  const std::uint64_t device = status(fd, name).device;
  const std::string wanted = fmt::format("{}:{}", major(device), minor(device));
  std::ifstream in("/proc/self/mountinfo");
  for (std::string line; std::getline(in, line);) {
    std::istringstream fields(line);
    std::string id, parent, number, root, point;
    if (fields >> id >> parent >> number >> root >> point && number == wanted)
      return "the file system " + point;
  }
  return "its file system";
}

[[noreturn]] void refuse(std::string_view name, std::uint64_t need, std::uint64_t have,
                         std::string_view where, std::string_view hint) {
  throw Error(Errc::no_space,
              fmt::format("no space for '{}': needs {} bytes, {} has {} bytes free", name, need, where, have),
              std::string(hint));
}

void require_file_system(const Fd& fd, std::uint64_t need, std::string_view name) {
  struct statvfs fs {};
  if (::fstatvfs(fd.get(), &fs) != 0) throw_errno(errno, "examine the file system of", name);
  if (free_bytes(fs) < need) {
    refuse(name, need, free_bytes(fs), file_system_of(fd, name),
           "delete arrays that are no longer needed (`shmtool list`), or use a larger file system through "
           "file://PATH");
  }
}

void require_memory(std::uint64_t need, std::string_view name) {
  const MemoryLimit limit = memory_limit();
  if (limit.available < need) {
    refuse(name, need, limit.available, limit.reason,
           "ask for more memory, or put the array on a disk: file://PATH");
  }
}

// posix_fallocate is all or nothing within a call: small slices let signals in, and EINTR loses only one.
void allocate(const Fd& fd, std::uint64_t begin, std::uint64_t end, std::string_view name) {
  for (; begin < end; begin += kSlice) {
    int error = EINTR;
    while (error == EINTR) {
      error = ::posix_fallocate(fd.get(), static_cast<off_t>(begin),
                                static_cast<off_t>(std::min(kSlice, end - begin)));
    }
    if (error != 0) throw_errno(error, "reserve space for", name);
  }
}

void require_space(const Fd& fd, std::uint64_t need, std::string_view name) {
  require_file_system(fd, need, name);
  if (in_memory(fd)) require_memory(need, name);
}

}  // namespace

void require_file_size(std::uint64_t size, std::string_view name) {
  struct rlimit limit {};
  if (::getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY || size <= limit.rlim_cur)
    return;
  throw Error(Errc::no_space,
              fmt::format("no space for '{}': needs {} bytes, the file size limit is {} bytes", name, size,
                          limit.rlim_cur),
              "raise it: `ulimit -f unlimited`");
}

void reserve(const Fd& fd, std::uint64_t size, std::string_view name) {
  const FileStatus now = status(fd, name);
  if (size > now.size) require_file_size(size, name);  // Filling holes is no growth.
  require_space(fd, size - std::min(size, now.stored), name);
  allocate(fd, 0, size, name);
}

void reserve_range(const Fd& fd, std::uint64_t begin, std::uint64_t size, std::string_view name) {
  require_file_size(begin + size, name);
  require_space(fd, size, name);
  allocate(fd, begin, begin + size, name);
}

void require_space_for_holes(const Fd& fd, std::string_view name) {
  const FileStatus now = status(fd, name);
  require_space(fd, now.size - std::min(now.size, now.stored), name);
}

std::uint64_t available_space(const char* directory) {
  struct statvfs fs {};
  if (::statvfs(directory, &fs) != 0) return 0;
  return std::min(free_bytes(fs), memory_limit().available);
}

}  // namespace shmkit::os
