#include "os/daemon.hpp"

#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <string>

#include "os/errors.hpp"
#include "os/file.hpp"

namespace shmkit::os {
namespace {

[[noreturn]] void give_up() { ::_exit(errno); }

// Linux 5.9; before, one by one.
void close_range(unsigned first, unsigned last) {
  if (first > last || ::syscall(SYS_close_range, first, last, 0U) == 0) return;
  for (const auto& entry : directory_entries("/proc/self/fd")) {
    const auto fd = static_cast<unsigned>(std::stoul(entry));
    if (fd >= first && fd <= last) ::close(static_cast<int>(fd));
  }
}

// Whatever the starter had open, terminals, pipes and lock files of others, must not live on in here. Returns
// where the report goes now.
int let_go_of_everything(int report) {
  ::setsid();
  if (::chdir("/") != 0) give_up();
  if (report <= STDERR_FILENO) report = ::fcntl(report, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  if (report < 0) give_up();
  const auto kept = static_cast<unsigned>(report);
  close_range(0, kept - 1);
  close_range(kept + 1, ~0U);
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::open("/dev/null", O_RDWR) != stream) give_up();
  }
  return report;
}

[[noreturn]] void live_detached(int report, const std::function<void(Fd)>& body) {
  const pid_t daemon = ::fork();
  if (daemon < 0) give_up();
  if (daemon > 0) ::_exit(0);
  std::signal(SIGHUP, SIG_IGN);
  std::signal(SIGPIPE, SIG_IGN);
  try {
    body(Fd(let_go_of_everything(report)));
  } catch (...) {
    ::_exit(1);
  }
  ::_exit(0);
}

// Of the process in between: the errno of its fork.
int wait_for(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return 0;  // This process ignores SIGCHLD.
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 0;
}

std::string read_until_closed(const Fd& fd) {
  std::string text;
  std::array<char, 512> buffer;
  for (;;) {
    const ssize_t got = ::read(fd.get(), buffer.data(), buffer.size());
    if (got > 0) text.append(buffer.data(), static_cast<std::size_t>(got));
    if (got == 0 || (got < 0 && errno != EINTR)) return text;
  }
}

}  // namespace

std::string run_detached(const std::function<void(Fd report)>& body) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw_errno(errno, "start", "process");
  const Fd reader(ends[0]);
  Fd writer(ends[1]);
  const pid_t child = ::fork();
  if (child < 0) throw_errno(errno, "start", "process");
  if (child == 0) live_detached(writer.get(), body);
  writer = Fd();
  if (const int error = wait_for(child)) throw_errno(error, "start", "process");
  return read_until_closed(reader);
}

bool write_report(const Fd& report, const std::string& text) noexcept {
  std::size_t written = 0;
  while (written < text.size()) {
    const ssize_t now = ::write(report.get(), text.data() + written, text.size() - written);
    if (now < 0 && errno == EINTR) continue;
    if (now <= 0) return false;
    written += static_cast<std::size_t>(now);
  }
  return true;
}

}  // namespace shmkit::os
