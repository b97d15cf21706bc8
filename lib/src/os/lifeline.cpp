#include "os/lifeline.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "os/errors.hpp"

namespace shmkit::os {

Lifeline::Lifeline() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw_errno(errno, "create", "pipe");
  watcher_ = Fd(ends[0]);
  family_ = Fd(ends[1]);
}

void Lifeline::hold() noexcept { watcher_ = Fd(); }
void Lifeline::watch() noexcept { family_ = Fd(); }

bool Lifeline::all_gone(std::chrono::milliseconds timeout) const noexcept {
  // Nobody writes: what there is to see is the end.
  pollfd end{watcher_.get(), 0, 0};
  return ::poll(&end, 1, static_cast<int>(timeout.count())) > 0;
}

}  // namespace shmkit::os
