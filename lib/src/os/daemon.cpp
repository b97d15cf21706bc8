#include "os/daemon.hpp"

#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

#include "os/errors.hpp"

namespace shmkit::os {
namespace {

constexpr int kReport = 3;

// Whatever the starter had open, terminals, pipes and lock files of others, must not live on in here.
void let_go_of_everything(int report) {
  ::setsid();
  [[maybe_unused]] const int ignored = ::chdir("/");
  const int null = ::open("/dev/null", O_RDWR);
  // Both out of the way first: either may have one of the numbers 0 to 3.
  const int kept = ::fcntl(report, F_DUPFD, kReport + 1);
  const int nothing = ::fcntl(null, F_DUPFD, kReport + 1);
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::dup2(nothing, stream);
  ::dup3(kept, kReport, O_CLOEXEC);
  ::syscall(SYS_close_range, static_cast<unsigned>(kReport + 1), ~0U, 0U);
}

[[noreturn]] void live_detached(int report, const std::function<void(Fd)>& body) {
  if (::fork() != 0) ::_exit(0);
  let_go_of_everything(report);
  std::signal(SIGHUP, SIG_IGN);
  std::signal(SIGPIPE, SIG_IGN);
  try {
    body(Fd(kReport));
  } catch (...) {
    ::_exit(1);
  }
  ::_exit(0);
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
  while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
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
