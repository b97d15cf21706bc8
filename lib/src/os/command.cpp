#include "os/command.hpp"

#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace shmkit::os {
namespace {

struct Birth {
  const Launch& launch;
  const Inheritance& inheritance;
  int parent;
  // Written by the child: the two share all memory until it has become the command. Volatile, because the
  // compiler sees that whoever writes it never returns here.
  volatile int error = 0;
};

[[noreturn]] void give_up(Birth& birth, int error) noexcept {
  birth.error = error;
  ::_exit(127);
}

[[noreturn]] void become_command(Birth& birth) noexcept {
  const Launch& launch = birth.launch;
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != birth.parent) ::_exit(127);  // It died before the call above.
  // Before anybody knows the group: a worker ignores the signals that are for its command, and what is sent
  // while they are ignored is lost.
  birth.inheritance.restore();
  launch.group->store(::getpid(), std::memory_order_seq_cst);
  if (launch.stop->load(std::memory_order_seq_cst) != 0) give_up(birth, ECANCELED);
  for (const auto& [from, to] :
       {std::pair(launch.input, STDIN_FILENO), std::pair(launch.output, STDOUT_FILENO),
        std::pair(launch.error, STDERR_FILENO)}) {
    if (::dup2(from, to) < 0) give_up(birth, errno);
  }
  ::execve(launch.path, launch.arguments, launch.environment);
  if (errno == ENOEXEC) {
    launch.arguments[0] = const_cast<char*>(launch.path);
    char shell[] = "/bin/sh";
    char** const words = launch.arguments - 1;
    words[0] = shell;
    ::execve(shell, words, launch.environment);
  }
  give_up(birth, errno);
}

// Apart from all else: what a child of vfork does to its caller's variables is undone by nobody.
[[gnu::noinline]] int give_birth(Birth& birth) noexcept {
  const int pid = ::vfork();  // NOLINT(clang-analyzer-security.insecureAPI.vfork)
  if (pid == 0) become_command(birth);
  return pid;
}

}  // namespace

Command::Command(const Launch& launch, const Inheritance& inheritance) noexcept {
  Birth birth{launch, inheritance, ::getpid()};
  pid_ = give_birth(birth);
  if (pid_ < 0) {
    error_ = errno;
    return;
  }
  error_ = birth.error;
  if (error_ == 0) {
    pidfd_ = Fd(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
    if (pidfd_) return;
    error_ = errno;
    signal(SIGKILL);
  }
  reap();
}

Command::~Command() {
  if (pid_ < 0) return;
  signal(SIGKILL);
  reap();
}

void Command::signal(int number) const noexcept { ::kill(-pid_, number); }

ExitStatus Command::reap() noexcept {
  siginfo_t info{};
  while (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED) != 0 && errno == EINTR) {
  }
  pid_ = -1;
  pidfd_ = Fd();
  return {info.si_code != CLD_EXITED, info.si_status};
}

void signal_group(int group, int number) noexcept {
  if (group > 1) ::kill(-group, number);
}

}  // namespace shmkit::os
