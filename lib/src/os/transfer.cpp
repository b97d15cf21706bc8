#include "os/transfer.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <ios>
#include <limits>

#include <fmt/format.h>

#include <shmkit/error.hpp>

#include "os/errors.hpp"
#include "os/file.hpp"

namespace shmkit::os {
namespace {

constexpr std::size_t kBufferSize = 1U << 20U;

Fd open_waiting(const std::string& path, int flags, std::string_view name) {
  Fd fd(::open(path.c_str(), flags | O_CLOEXEC | O_NOCTTY));
  if (!fd && errno != EINTR) throw_errno(errno, "open", name);
  return fd;
}

bool would_block(int error) { return error == EAGAIN || error == EWOULDBLOCK; }

// True if a signal, or the wait that a non-blocking descriptor leaves to us, explains the failure.
bool try_again(int error, const Fd& fd, short events) {
  if (error == EINTR) return true;
  if (!would_block(error)) return false;
  struct pollfd waiting {
    fd.get(), events, 0
  };
  ::poll(&waiting, 1, -1);
  return true;
}

[[noreturn]] void fail_to_write(int error, std::string_view name) {
  if (error != EPIPE) throw_errno(error, "write", name);
  throw Error(Errc::failed, fmt::format("cannot write '{}': its reader has gone", name));
}

}  // namespace

Fd open_source(const std::string& path, std::string_view name) { return open_waiting(path, O_RDONLY, name); }

Fd open_sink(const std::string& path, std::string_view name) { return open_waiting(path, O_WRONLY, name); }

Fd standard_input() { return duplicate(STDIN_FILENO, "standard input"); }

Fd standard_output() { return duplicate(STDOUT_FILENO, "standard output"); }

std::optional<std::uint64_t> position(const Fd& fd) noexcept {
  const off_t at = ::lseek(fd.get(), 0, SEEK_CUR);
  return at < 0 ? std::nullopt : std::optional(static_cast<std::uint64_t>(at));
}

// umask(2) tells the mask only by changing it, which other threads would notice.
std::uint32_t default_mode() noexcept {
  std::ifstream status("/proc/self/status");
  for (std::string key; status >> key; status.ignore(std::numeric_limits<std::streamsize>::max(), '\n')) {
    std::uint32_t mask = 0;
    if (key == "Umask:" && status >> std::oct >> mask) return 0666U & ~mask;
  }
  return 0600;
}

std::optional<std::size_t> read_some(const Fd& fd, std::span<std::byte> out, std::string_view name) {
  const auto got = ::read(fd.get(), out.data(), out.size());
  if (got >= 0) return static_cast<std::size_t>(got);
  if (!try_again(errno, fd, POLLIN)) throw_errno(errno, "read", name);
  return std::nullopt;
}

std::optional<std::size_t> write_some(const Fd& fd, std::span<const std::byte> in, std::string_view name) {
  const auto put = ::write(fd.get(), in.data(), in.size());
  if (put >= 0) return static_cast<std::size_t>(put);
  if (!try_again(errno, fd, POLLOUT)) fail_to_write(errno, name);
  return std::nullopt;
}

std::ptrdiff_t Mover::attempt(std::uint64_t offset, std::size_t size) const noexcept {
  auto at = static_cast<off_t>(offset);
  if (way_ == Way::splice) return ::splice(from_.get(), nullptr, to_.get(), &at, size, 0);
  if (::lseek(to_.get(), at, SEEK_SET) < 0) return -1;
  return ::sendfile(to_.get(), from_.get(), nullptr, size);
}

std::optional<std::size_t> Mover::move_some(std::uint64_t offset, std::size_t size) {
  if (way_ == Way::buffer) return through_buffer(offset, size);
  const auto moved = attempt(offset, size);
  if (moved >= 0) return static_cast<std::size_t>(moved);
  if (errno == EINVAL || errno == ENOSYS || errno == EOPNOTSUPP) {
    way_ = way_ == Way::sendfile ? Way::splice : Way::buffer;
  } else if (!try_again(errno, from_, POLLIN)) {
    throw_errno(errno, "copy", from_name_);
  }
  return std::nullopt;
}

std::optional<std::size_t> Mover::through_buffer(std::uint64_t offset, std::size_t size) {
  buffer_.resize(kBufferSize);
  const auto got = read_some(from_, std::span(buffer_).first(std::min(size, kBufferSize)), from_name_);
  if (got) write_at(to_, std::span<const std::byte>(buffer_).first(*got), offset, to_name_);
  return got;
}

}  // namespace shmkit::os
