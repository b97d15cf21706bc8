#include "os/unshared_fd.hpp"

#include <pthread.h>

#include <mutex>
#include <utility>

#include "os/errors.hpp"

namespace shmkit::os {
namespace {

struct Registry {
  std::mutex mutex;
  std::list<Fd> fds;
};

void before_fork();
void after_fork_in_parent();
void after_fork_in_child();

// Never destroyed: descriptors may outlive it otherwise.
Registry& registry() {
  static Registry& made = [&]() -> Registry& {
    const int error = ::pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
    if (error != 0) throw_errno(error, "watch", "forks");
    return *new Registry;
  }();
  return made;
}

// Made before there are threads. A fork while one of them makes it would leave a child that waits for it for
// ever.
[[maybe_unused]] const Registry& kMade = registry();

// Held over the fork, so that the child finds a whole list, and a mutex that nobody has.
void before_fork() { registry().mutex.lock(); }
void after_fork_in_parent() { registry().mutex.unlock(); }
void after_fork_in_child() {
  for (Fd& fd : registry().fds) fd = Fd();
  registry().mutex.unlock();
}

}  // namespace

UnsharedFd::UnsharedFd(const std::function<Fd()>& open) {
  const std::lock_guard held(registry().mutex);
  place_ = registry().fds.insert(registry().fds.end(), open());
}

UnsharedFd::~UnsharedFd() {
  const std::lock_guard held(registry().mutex);
  registry().fds.erase(place_);
}

}  // namespace shmkit::os
