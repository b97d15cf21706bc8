#include "os/process.hpp"

#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <optional>

#include <fmt/format.h>

#include "os/errors.hpp"
#include "os/event.hpp"

namespace shmkit::os {
namespace {

constexpr std::chrono::milliseconds kForEver{-1};

[[noreturn]] void run_child(int parent, std::optional<Event>& watched, const std::function<void()>& body) {
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) ::_exit(1);  // Nobody may outlive its parent.
  if (::getppid() != parent) ::_exit(1);                    // It died before the call above.
  std::signal(SIGINT, SIG_IGN);
  std::signal(SIGQUIT, SIG_IGN);
  try {
    while (wait_readable(std::array{watched->descriptor()}, kForEver).empty()) {
    }
    watched.reset();
    body();
  } catch (...) {
    ::_exit(1);
  }
  ::_exit(0);
}

}  // namespace

std::uint32_t user_id() noexcept { return ::geteuid(); }
int process_id() noexcept { return ::getpid(); }

std::string ExitStatus::text() const {
  if (!signalled) return fmt::format("exit code {}", value);
  return fmt::format("killed by signal {} ({})", value, ::strsignal(value));
}

Child Child::fork(const std::function<void()>& body) {
  const int parent = ::getpid();
  std::optional<Event> watched(std::in_place);
  Child child;
  child.pid_ = ::fork();
  if (child.pid_ < 0) throw_errno(errno, "start", "worker process");
  if (child.pid_ == 0) run_child(parent, watched, body);
  child.pidfd_ = Fd(static_cast<int>(::syscall(SYS_pidfd_open, child.pid_, 0)));
  if (!child.pidfd_) {
    const int error = errno;
    ::kill(child.pid_, SIGKILL);
    ::waitpid(child.pid_, nullptr, 0);
    throw_errno(error, "watch", "worker process");
  }
  watched->signal();
  return child;
}

void Child::kill() const noexcept {
  if (pidfd_) ::syscall(SYS_pidfd_send_signal, pidfd_.get(), SIGKILL, nullptr, 0);
}

ExitStatus Child::reap() noexcept {
  siginfo_t info{};
  int result = 0;
  do {
    result = ::waitid(static_cast<idtype_t>(P_PIDFD), static_cast<id_t>(pidfd_.get()), &info, WEXITED);
  } while (result != 0 && errno == EINTR);
  pidfd_ = Fd();
  // ECHILD: this process ignores SIGCHLD, and the kernel reaped the child by itself.
  if (result != 0) return {false, 0};
  return {info.si_code != CLD_EXITED, info.si_status};
}

}  // namespace shmkit::os
