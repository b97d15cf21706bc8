#include "os/event.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "os/errors.hpp"

namespace shmkit::os {

Event::Event() : fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!fd_) throw_errno(errno, "create", "eventfd");
}

void Event::signal() const noexcept {
  const std::uint64_t one = 1;
  // Fails else only when 2^64 - 2 signals wait to be cleared, and then it is readable anyway.
  while (::write(fd_.get(), &one, sizeof(one)) < 0 && errno == EINTR) {
  }
}

void Event::clear() const noexcept {
  std::uint64_t count = 0;
  [[maybe_unused]] const auto got = ::read(fd_.get(), &count, sizeof(count));
}

std::vector<std::size_t> wait_readable(std::span<const int> descriptors, std::chrono::milliseconds timeout) {
  std::vector<pollfd> polls;
  polls.reserve(descriptors.size());
  for (const int fd : descriptors) polls.push_back({fd, POLLIN, 0});
  std::vector<std::size_t> ready;
  if (::poll(polls.data(), polls.size(), static_cast<int>(timeout.count())) <= 0) return ready;
  for (std::size_t i = 0; i < polls.size(); ++i) {
    if (polls[i].revents != 0) ready.push_back(i);
  }
  return ready;
}

std::vector<int> wait_for(std::span<const Interest> interests) {
  std::vector<pollfd> polls;
  for (const auto& [fd, writing] : interests)
    polls.push_back({fd, static_cast<short>(writing ? POLLOUT : POLLIN), 0});
  std::vector<int> ready;
  if (::poll(polls.data(), polls.size(), -1) <= 0) return ready;
  for (const pollfd& entry : polls) {
    if (entry.revents != 0) ready.push_back(entry.fd);
  }
  return ready;
}

}  // namespace shmkit::os
