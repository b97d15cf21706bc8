#include "os/pipe.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <fstream>

#include "os/errors.hpp"

namespace shmkit::os {
namespace {

int largest_pipe() {
  int size = 1 << 20;
  std::ifstream in("/proc/sys/fs/pipe-max-size");
  in >> size;
  return size;
}

sigset_t only_sigpipe() noexcept {
  sigset_t set;
  ::sigemptyset(&set);
  ::sigaddset(&set, SIGPIPE);
  return set;
}

}  // namespace

Pipe make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw_errno(errno, "create", "pipe");
  Pipe pipe{Fd(ends[0]), Fd(ends[1])};
  ::fcntl(pipe.writer.get(), F_SETPIPE_SZ, largest_pipe());  // Refused: the default size works too.
  return pipe;
}

std::uint64_t pipe_capacity(const Fd& end) noexcept {
  return static_cast<std::uint64_t>(std::max(0, ::fcntl(end.get(), F_GETPIPE_SZ)));
}

bool read_all(const Fd& fd, std::span<std::byte> out) noexcept {
  while (!out.empty()) {
    const auto got = ::read(fd.get(), out.data(), out.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    out = out.subspan(static_cast<std::size_t>(got));
  }
  return true;
}

bool write_all(const Fd& fd, std::span<const std::byte> in) noexcept {
  while (!in.empty()) {
    const auto put = ::write(fd.get(), in.data(), in.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return false;
    in = in.subspan(static_cast<std::size_t>(put));
  }
  return true;
}

void set_nonblocking(const Fd& fd) noexcept {
  ::fcntl(fd.get(), F_SETFL, ::fcntl(fd.get(), F_GETFL) | O_NONBLOCK);
}

std::optional<std::size_t> write_some(const Fd& fd, std::span<const std::byte> in) noexcept {
  const auto put = ::write(fd.get(), in.data(), in.size());
  if (put >= 0) return static_cast<std::size_t>(put);
  if (errno == EAGAIN || errno == EINTR) return 0;
  return std::nullopt;
}

NoSigpipe::NoSigpipe() noexcept {
  const sigset_t set = only_sigpipe();
  sigset_t before;
  ::pthread_sigmask(SIG_BLOCK, &set, &before);
  was_blocked_ = ::sigismember(&before, SIGPIPE) == 1;
}

NoSigpipe::~NoSigpipe() {
  if (was_blocked_) return;
  const sigset_t set = only_sigpipe();
  const timespec now{};
  while (::sigtimedwait(&set, nullptr, &now) > 0) {
  }
  ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

}  // namespace shmkit::os
