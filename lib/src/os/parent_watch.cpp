#include "os/parent_watch.hpp"

#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "os/errors.hpp"

namespace shmkit::os {

ParentWatch::ParentWatch(int parent) : pidfd_(static_cast<int>(::syscall(SYS_pidfd_open, parent, 0))) {
  if (!pidfd_) throw_errno(errno, "watch", "parent process");
  ::prctl(PR_SET_PDEATHSIG, SIGCONT);
  if (::getppid() != parent) ::_exit(1);  // Then the descriptor may be that of a stranger.
}

}  // namespace shmkit::os
