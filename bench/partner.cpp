#include "partner.hpp"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

#include <fmt/format.h>

namespace shmkit::bench {

Partner::Partner(const std::function<void()>& body) {
  const pid_t parent = ::getpid();
  pid_ = ::fork();
  require(pid_ >= 0, "fork");
  if (pid_ != 0) return;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() == parent) body();  // Otherwise it died before we asked.
  ::_exit(0);
}

Partner::~Partner() { ::waitpid(pid_, nullptr, 0); }

void require(bool good, const char* what) {
  if (good) return;
  fmt::print(stderr, "shmkit_bench: {} failed\n", what);
  std::abort();
}

}  // namespace shmkit::bench
