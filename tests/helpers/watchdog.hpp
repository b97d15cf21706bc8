#pragma once

#include <unistd.h>

#include <csignal>

namespace shmkit::test {

/// Kills this process with a message if it outlives `seconds`: a test that could hang must not hang the
/// suite. One at a time; children do not inherit it.
class Watchdog {
 public:
  explicit Watchdog(unsigned seconds) {
    previous_ = ::signal(SIGALRM, bark);
    ::alarm(seconds);
  }
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;
  ~Watchdog() {
    ::alarm(0);
    ::signal(SIGALRM, previous_);
  }

 private:
  static void bark(int) {
    constexpr char kMessage[] = "the watchdog: this test hangs\n";
    [[maybe_unused]] const auto put = ::write(STDERR_FILENO, kMessage, sizeof(kMessage) - 1);
    ::_exit(124);
  }

  void (*previous_)(int);
};

}  // namespace shmkit::test
