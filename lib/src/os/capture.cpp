#include "os/capture.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <system_error>

#include <fmt/format.h>

#include <shmkit/error.hpp>

#include "os/errors.hpp"

namespace shmkit::os {

Pipe make_small_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw_errno(errno, "create", "pipe");
  return {Fd(ends[0]), Fd(ends[1])};
}

std::size_t bytes_waiting(const Fd& reader) noexcept {
  int count = 0;
  return ::ioctl(reader.get(), FIONREAD, &count) == 0 ? static_cast<std::size_t>(count) : 0;
}

Fd make_scratch_file(const std::string& directory) {
  Fd fd(::open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC | O_EXCL, 0600));
  if (fd) return fd;
  if (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL)
    throw_errno(errno, "make a file in", directory);
  std::string path = directory + "/.shmtool-XXXXXX";  // The file system has no O_TMPFILE.
  fd = Fd(::mkostemp(path.data(), O_CLOEXEC));
  if (!fd) throw_errno(errno, "make a file in", directory);
  ::unlink(path.c_str());
  return fd;
}

void empty_file(const Fd& fd) noexcept { [[maybe_unused]] const int result = ::ftruncate(fd.get(), 0); }

void let_large_files_fail() noexcept { std::signal(SIGXFSZ, SIG_IGN); }

std::optional<std::size_t> put_some(int descriptor, std::span<const std::byte> in, std::string_view name) {
  const auto put = ::write(descriptor, in.data(), in.size());
  if (put >= 0) return static_cast<std::size_t>(put);
  if (errno == EPIPE) return std::nullopt;
  if (errno == EINTR || errno == EAGAIN) return 0;
  throw Error(Errc::failed,
              fmt::format("cannot write to {}: {}", name, std::generic_category().message(errno)));
}

bool wait_writable(int descriptor, std::chrono::milliseconds timeout) noexcept {
  struct pollfd waiting {
    descriptor, POLLOUT, 0
  };
  return ::poll(&waiting, 1, static_cast<int>(timeout.count())) > 0;
}

}  // namespace shmkit::os
