#pragma once

#include <array>
#include <csignal>
#include <cstddef>
#include <string>
#include <vector>

#include <sys/resource.h>

namespace shmkit::os {

/// What this process got from whoever started it, and changes for itself: ignored signals, the signal mask,
/// the limit on descriptors. Programs that it starts must find them as it did: `nohup` ignores SIGHUP for
/// them.
class Inheritance {
 public:
  Inheritance() noexcept;  ///< Takes stock: make one before anything is changed.

  bool ignores(int signal) const noexcept;

  /// In a child that is about to become another program. Async-signal-safe. Handlers become the default.
  void restore() const noexcept;

 private:
  static constexpr std::array kSignals = {SIGHUP,  SIGINT,  SIGQUIT, SIGTERM, SIGPIPE,
                                          SIGCHLD, SIGALRM, SIGXFSZ, SIGTSTP, SIGUSR1};

  std::array<bool, kSignals.size()> ignored_{};
  sigset_t mask_{};
  rlimit descriptors_{};
};

/// The environment of this process: "NAME=VALUE".
std::vector<std::string> environment_variables();

/// While it lives, this process may have as many descriptors as it is allowed to ask for.
class ManyDescriptors {
 public:
  ManyDescriptors() noexcept;
  ~ManyDescriptors();
  ManyDescriptors(const ManyDescriptors&) = delete;
  ManyDescriptors& operator=(const ManyDescriptors&) = delete;

 private:
  rlimit before_{};
};

}  // namespace shmkit::os
