#include "os/inheritance.hpp"

#include <unistd.h>

#include <algorithm>

namespace shmkit::os {

Inheritance::Inheritance() noexcept {
  for (std::size_t i = 0; i < kSignals.size(); ++i) {
    struct sigaction action {};
    ::sigaction(kSignals[i], nullptr, &action);
    ignored_[i] = action.sa_handler == SIG_IGN;
  }
  ::pthread_sigmask(SIG_SETMASK, nullptr, &mask_);
  ::getrlimit(RLIMIT_NOFILE, &descriptors_);
}

bool Inheritance::ignores(int signal) const noexcept {
  const auto* const at = std::ranges::find(kSignals, signal);
  return at != kSignals.end() && ignored_[static_cast<std::size_t>(at - kSignals.begin())];
}

void Inheritance::restore() const noexcept {
  for (std::size_t i = 0; i < kSignals.size(); ++i) {
    struct sigaction action {};
    action.sa_handler = ignored_[i] ? SIG_IGN : SIG_DFL;
    ::sigaction(kSignals[i], &action, nullptr);
  }
  ::setrlimit(RLIMIT_NOFILE, &descriptors_);
  ::sigprocmask(SIG_SETMASK, &mask_, nullptr);
}

std::vector<std::string> environment_variables() {
  std::vector<std::string> variables;
  for (char** variable = ::environ; variable != nullptr && *variable != nullptr; ++variable)
    variables.emplace_back(*variable);
  return variables;
}

ManyDescriptors::ManyDescriptors() noexcept {
  ::getrlimit(RLIMIT_NOFILE, &before_);
  rlimit most = before_;
  most.rlim_cur = most.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &most);
}

ManyDescriptors::~ManyDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }

}  // namespace shmkit::os
