#include "os/file.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <string>

#include "os/errors.hpp"

namespace shmkit::os {

Fd open_existing(const std::string& path, Open open, Links links, std::string_view name) {
  const int flags = (open == Open::read_only ? O_RDONLY : O_RDWR) |
                    (links == Links::refuse ? O_NOFOLLOW : 0) | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
  for (;;) {
    Fd fd(::open(path.c_str(), flags));
    if (fd) return fd;
    if (errno != EINTR) throw_errno(errno, "open", name);
  }
}

Fd duplicate(int descriptor, std::string_view name) {
  Fd fd(::fcntl(descriptor, F_DUPFD_CLOEXEC, 0));
  if (!fd) throw_errno(errno, "open", name);
  return fd;
}

Fd reopen(const Fd& fd, std::string_view name) {
  const std::string path = "/proc/self/fd/" + std::to_string(fd.get());
  Fd again(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (!again) throw_errno(errno, "open", name);
  return again;
}

std::optional<FileId> identify(const std::string& path) noexcept {
  struct stat st {};
  if (::lstat(path.c_str(), &st) != 0) return std::nullopt;
  return FileId{st.st_dev, st.st_ino};
}

FileStatus status(const Fd& fd, std::string_view name) {
  struct stat st {};
  if (::fstat(fd.get(), &st) != 0) throw_errno(errno, "examine", name);
  FileStatus result;
  result.regular = S_ISREG(st.st_mode);
  result.size = static_cast<std::uint64_t>(st.st_size);
  result.stored = static_cast<std::uint64_t>(st.st_blocks) * 512;
  result.mode = st.st_mode & 07777U;
  result.owner = st.st_uid;
  result.device = st.st_dev;
  result.inode = st.st_ino;
  result.links = st.st_nlink;
  return result;
}

bool in_memory(const Fd& fd) noexcept {
  struct statfs fs {};
  if (::fstatfs(fd.get(), &fs) != 0) return false;
  return fs.f_type == TMPFS_MAGIC || fs.f_type == HUGETLBFS_MAGIC;
}

std::uint64_t size_unit(const Fd& fd) noexcept {
  struct statfs fs {};
  if (::fstatfs(fd.get(), &fs) != 0 || fs.f_type != HUGETLBFS_MAGIC) return 1;
  return static_cast<std::uint64_t>(fs.f_bsize);
}

std::optional<std::chrono::system_clock::time_point> birth_time(const Fd& fd) noexcept {
  struct statx st {};
  if (::statx(fd.get(), "", AT_EMPTY_PATH, STATX_BTIME, &st) != 0 || (st.stx_mask & STATX_BTIME) == 0)
    return {};
  using namespace std::chrono;
  const auto since_epoch = seconds(st.stx_btime.tv_sec) + nanoseconds(st.stx_btime.tv_nsec);
  return system_clock::time_point(duration_cast<system_clock::duration>(since_epoch));
}

std::size_t read_at(const Fd& fd, std::span<std::byte> out, std::uint64_t offset, std::string_view name) {
  std::size_t done = 0;
  while (done < out.size()) {
    const auto got =
        ::pread(fd.get(), out.data() + done, out.size() - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_errno(errno, "read", name);
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

void write_at(const Fd& fd, std::span<const std::byte> in, std::uint64_t offset, std::string_view name) {
  while (!in.empty()) {
    const auto put = ::pwrite(fd.get(), in.data(), in.size(), static_cast<off_t>(offset));
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) throw_errno(errno, "write", name);
    in = in.subspan(static_cast<std::size_t>(put));
    offset += static_cast<std::uint64_t>(put);
  }
}

void unlink_file(const std::string& path, std::string_view name) {
  if (::unlink(path.c_str()) != 0) throw_errno(errno, "delete", name);
}

std::vector<std::string> directory_entries(const std::string& path) {
  std::error_code error;
  std::vector<std::string> names;
  for (std::filesystem::directory_iterator it(path, error), end; !error && it != end; it.increment(error)) {
    names.push_back(it->path().filename().string());
  }
  if (error) throw_errno(error.value(), "list", path);
  std::ranges::sort(names);
  return names;
}

}  // namespace shmkit::os
