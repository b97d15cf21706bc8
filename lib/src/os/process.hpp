#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "os/fd.hpp"

namespace shmkit::os {

std::uint32_t user_id() noexcept;  ///< The effective one.
int process_id() noexcept;

/// How a child ended.
struct ExitStatus {
  bool signalled = false;
  int value = 0;  ///< Exit code or signal number.

  std::string text() const;  ///< "exit code 3", "killed by signal 9 (Killed)"
};

/// A child process of this one. Does nothing to the child when it goes.
class Child {
 public:
  Child() = default;

  /// Forks; the child runs `body` and exits with 0 (with 1 if it throws). Of a child that cannot be watched
  /// nothing has run: body starts when this process has the means to notice its end.
  ///
  /// The child dies when the thread that forked it ends, in whatever way, and ignores SIGINT and SIGQUIT (a
  /// Ctrl-C goes to the whole terminal group; the parent decides). Throws Error where no process can be had.
  static Child fork(const std::function<void()>& body);

  int pid() const noexcept { return pid_; }
  int pidfd() const noexcept {
    return pidfd_.get();
  }  ///< Readable once the child has ended; -1 when it is reaped.
  explicit operator bool() const noexcept { return static_cast<bool>(pidfd_); }

  void kill() const noexcept;  ///< SIGKILL.
  /// Waits for the end and reaps: after it the child is proven dead, and its memory accesses have ended.
  ExitStatus reap() noexcept;

 private:
  int pid_ = -1;
  Fd pidfd_;
};

}  // namespace shmkit::os
