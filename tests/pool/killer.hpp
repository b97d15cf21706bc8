#pragma once

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <fstream>
#include <random>

#include "pool/fixture.hpp"

namespace shmkit::test {

/// The children of a process whose main thread forked them.
inline std::vector<int> children_of(int pid) {
  std::ifstream in("/proc/" + std::to_string(pid) + "/task/" + std::to_string(pid) + "/children");
  std::vector<int> pids;
  for (int child = 0; in >> child;) pids.push_back(child);
  return pids;
}

inline int parent_of(int pid) {
  std::ifstream in("/proc/" + std::to_string(pid) + "/status");
  for (std::string word; in >> word;) {
    if (word != "PPid:") continue;
    in >> word;
    return std::stoi(word);
  }
  return -1;
}

/// A process that sends signals to the other children of this one until it is destroyed. It hits nobody else:
/// pids are held through pidfds and checked before the signal goes out.
class Killer {
 public:
  /// Runs `body` in the process, over and over.
  explicit Killer(std::function<void(Killer&)> body) : client_(::getpid()), body_(std::move(body)) {
    pid_ = ::fork();
    if (pid_ != 0) return;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != client_) ::_exit(1);
    while (true) body_(*this);
  }
  ~Killer() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  Killer(const Killer&) = delete;
  Killer& operator=(const Killer&) = delete;

  std::vector<int> workers() const {
    std::vector<int> pids = children_of(client_);
    std::erase(pids, ::getpid());
    return pids;
  }

  /// Counts it if it was one that lives.
  bool send(int pid, int signal) {
    const int fd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
    if (fd < 0) return false;
    const bool sent = parent_of(pid) == client_ && process_state(pid) != 'Z' &&
                      ::syscall(SYS_pidfd_send_signal, fd, signal, nullptr, 0) == 0;
    ::close(fd);
    if (sent) ++*sent_;
    return sent;
  }

  int sent() const { return *sent_; }

  /// A random number below `most`.
  unsigned random(std::size_t most) { return static_cast<unsigned>(random_() % most); }

 private:
  int client_;
  int pid_ = -1;
  std::function<void(Killer&)> body_;
  SharedPage<std::atomic<int>> sent_;
  std::minstd_rand random_{std::random_device{}()};
};

/// Sends `signal` to a worker at a time, after pauses of up to `most` microseconds; longer ones where a
/// sanitizer makes it slow to start another worker: nobody gets anything done who is killed at once.
inline std::function<void(Killer&)> kill_one_after_another(unsigned most, int signal = SIGKILL) {
  return [=](Killer& killer) {
    ::usleep(killer.random(kSanitized ? 10 * most : most));
    const auto workers = killer.workers();
    if (!workers.empty()) killer.send(workers[killer.random(workers.size())], signal);
  };
}

}  // namespace shmkit::test
