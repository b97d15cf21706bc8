#include "byte_sink.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <vector>

namespace shmkit::bench {
namespace {

constexpr int kPipeBytes = 1 << 20;

void require(bool good) {
  if (!good) std::abort();
}

void read_fully(int fd, void* data, std::size_t size) {
  for (auto* at = static_cast<char*>(data); size > 0;) {
    const auto got = ::read(fd, at, size);
    if (got <= 0) ::_exit(0);  // The benchmark is over.
    at += got;
    size -= static_cast<std::size_t>(got);
  }
}

void write_fully(int fd, const void* data, std::size_t size) {
  for (const auto* at = static_cast<const char*>(data); size > 0;) {
    const auto put = ::write(fd, at, size);
    require(put > 0);
    at += put;
    size -= static_cast<std::size_t>(put);
  }
}

[[noreturn]] void serve(int in, int out, std::size_t size) {
  std::vector<std::byte> bytes(size);
  for (;;) {
    std::uint64_t check = 0;
    read_fully(in, &check, sizeof(check));
    read_fully(in, bytes.data(), size);
    const std::uint64_t answer = check != 0 ? checksum(bytes) : 0;
    write_fully(out, &answer, sizeof(answer));
  }
}

std::array<int, 2> make_channel(Channel channel) {
  std::array<int, 2> ends{};
  if (channel == Channel::pipe) {
    require(::pipe2(ends.data(), O_CLOEXEC) == 0);
    ::fcntl(ends[1], F_SETPIPE_SZ, kPipeBytes);
    return ends;
  }
  require(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0);
  return ends;
}

}  // namespace

std::uint64_t checksum(std::span<const std::byte> bytes) {
  std::uint64_t sum = 0;
  for (const std::byte byte : bytes) sum = sum * 31 + static_cast<std::uint64_t>(byte);
  return sum;
}

ByteSink::ByteSink(Channel channel, std::size_t size) {
  const auto request = make_channel(channel);
  const auto answer = make_channel(Channel::pipe);
  child_ = ::fork();
  require(child_ >= 0);
  if (child_ == 0) {
    ::close(request[1]);
    serve(request[0], answer[1], size);
  }
  ::close(request[0]);
  ::close(answer[1]);
  to_child_ = request[1];
  from_child_ = answer[0];
}

ByteSink::~ByteSink() {
  ::close(to_child_);
  ::close(from_child_);
  ::waitpid(child_, nullptr, 0);
}

std::uint64_t ByteSink::send(std::span<const std::byte> bytes) { return transfer(bytes, 1); }
std::uint64_t ByteSink::send_unchecked(std::span<const std::byte> bytes) { return transfer(bytes, 0); }

std::uint64_t ByteSink::transfer(std::span<const std::byte> bytes, std::uint64_t check) {
  write_fully(to_child_, &check, sizeof(check));
  write_fully(to_child_, bytes.data(), bytes.size());
  std::uint64_t answer = 0;
  require(::read(from_child_, &answer, sizeof(answer)) == sizeof(answer));
  return answer;
}

}  // namespace shmkit::bench
