#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <exception>
#include <iostream>

namespace shmkit::test {

/// How a child ended.
struct ChildEnd {
  int exit_code = -1;  ///< -1: a signal ended it.
  int signal = 0;
};

/// A forked copy of this process that runs one function and leaves without destructors or atexit handlers.
/// Exit codes: what the function returns, 99 if it throws. It is killed and reaped if it still runs when this
/// goes. The signals of memory errors kill it, also under AddressSanitizer.
class ChildProcess {
 public:
  template <class Body>
  explicit ChildProcess(Body body) : pid_(::fork()) {
    if (pid_ == 0) run(body);
  }
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    wait();
  }

  pid_t pid() const { return pid_; }
  void send(int signal) const { ::kill(pid_, signal); }

  ChildEnd wait() {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) continue;
    pid_ = -1;
    if (WIFSIGNALED(status)) return {-1, WTERMSIG(status)};
    return {WEXITSTATUS(status), 0};
  }

 private:
  template <class Body>
  [[noreturn]] static void run(Body& body) {
    for (const int signal : {SIGSEGV, SIGBUS, SIGXFSZ}) ::signal(signal, SIG_DFL);
    int code = 99;
    try {
      code = body();
    } catch (const std::exception& e) {
      std::cerr << "in a child: " << e.what() << std::endl;
    }
    ::_exit(code);
  }

  pid_t pid_;
};

/// Runs `body` in a child and waits for its end.
template <class Body>
ChildEnd in_child(Body body) {
  return ChildProcess(body).wait();
}

}  // namespace shmkit::test
