#pragma once

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <memory>
#include <set>

#include <shmkit/pool.hpp>

#include "helpers/child.hpp"
#include "pool/fixture.hpp"
#include "pool/pool_file.hpp"
#include "pool/predecessor.hpp"
#include "pool/segment_names.hpp"
#include "pool/supervisor.hpp"

namespace shmkit::test {

/// For a forked child that is to live like a program of its own: locks that belong to its parent must not
/// live on in it, and it ends with its parent.
inline void become_independent(int keep = -1) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (keep >= 0) ::dup2(keep, 3);
  ::syscall(SYS_close_range, keep >= 0 ? 4U : 3U, ~0U, 0U);
}

/// A named pool whose supervisor is a child of this process and ends with it. Its workers become children of
/// this process when it dies, which makes them wait for their end.
class TestPool {
 public:
  /// Starts the supervisor; ready() waits for it. `before`: runs in it first.
  TestPool(
      std::string name, unsigned workers, const std::function<void()>& before = [] {})
      : name_(std::move(name)) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) std::abort();
    pid_ = ::fork();
    if (pid_ == 0) {
      become_independent(ends[1]);
      before();
      live(workers, os::Fd(3));
    }
    ::setpgid(pid_, pid_);
    ::close(ends[1]);
    report_ = os::Fd(ends[0]);
  }
  ~TestPool() { kill(); }
  TestPool(const TestPool&) = delete;
  TestPool& operator=(const TestPool&) = delete;

  /// How the start went: Errc{} if the pool has its name now, pool_lost also if the supervisor has died.
  Errc ready() {
    unsigned char errc = 0;
    if (::read(report_.get(), &errc, 1) != 1) return Errc::pool_lost;
    return Errc{errc};
  }

  const std::string& name() const { return name_; }
  int supervisor() const { return pid_; }

  void kill() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    wait();
  }

  /// Waits until the supervisor and all of its workers have ended.
  ChildEnd wait() {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) continue;
    while (::waitpid(-pid_, nullptr, 0) > 0 || errno == EINTR) continue;
    pid_ = -1;
    if (WIFSIGNALED(status)) return {-1, WTERMSIG(status)};
    return {WEXITSTATUS(status), 0};
  }

 private:
  [[noreturn]] void live(unsigned workers, os::Fd report) {
    ::setpgid(0, 0);
    try {
      std::optional<pool::Supervisor> supervisor(std::in_place, name_, workers, report);
      supervisor->open();
      say(report, Errc{});
      report = os::Fd();
      supervisor->live();
      supervisor.reset();
    } catch (const Error& e) {
      if (report) say(report, e.errc());
      ::_exit(static_cast<int>(e.errc()));
    }
    ::_exit(0);
  }

  static void say(const os::Fd& report, Errc errc) {
    const auto byte = static_cast<unsigned char>(errc);
    [[maybe_unused]] const auto written = ::write(report.get(), &byte, 1);
  }

  std::string name_;
  int pid_ = -1;
  os::Fd report_;
};

/// Runs `body` in a process that has nothing in common with this one but memory. Exit code: that of the Error
/// it throws, or 0.
inline std::unique_ptr<ChildProcess> new_program(std::function<void()> body) {
  return std::make_unique<ChildProcess>([body = std::move(body)] {
    become_independent();
    return static_cast<int>(outcome_of(body));
  });
}

/// How that ends.
inline ChildEnd program(std::function<void()> body) { return new_program(std::move(body))->wait(); }

/// For tests with named pools. As ProcessTest, and nothing of a pool is left once dead pools were taken back.
struct NamedPoolTest : ProcessTest {
  void SetUp() override {
    ProcessTest::SetUp();
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  }

  void TearDown() override {
    EXPECT_TRUE(pool::take_back_dead_pool(pool_name())) << "somebody still lives in the pool";
    EXPECT_EQ(segments(), std::vector<std::string>{});
    ::prctl(PR_SET_CHILD_SUBREAPER, 0);
    ProcessTest::TearDown();
  }

  static std::string pool_name() { return name("pool"); }

  /// What there is of our pools in /dev/shm.
  static std::vector<std::string> segments() {
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator("/dev/shm")) {
      const std::string leaf = entry.path().filename().string();
      const auto parsed = pool::parse_segment_name(leaf);
      if (parsed && parsed->pool.starts_with(name(""))) found.push_back(leaf);
    }
    std::ranges::sort(found);
    return found;
  }

  static std::vector<std::string> job_segments() {
    auto found = segments();
    std::erase_if(found, [](const auto& leaf) { return !leaf.starts_with(pool::kJobPrefix); });
    return found;
  }

  static pool::SlotWord slot(std::uint32_t client) {
    return pool::open_pool(pool_name()).memory.client(client).state();
  }

  /// Waits until no client has a slot and nothing of any is left.
  static bool all_clients_gone() {
    const pool::PoolFile file = pool::open_pool(pool_name());
    return wait_until([&] {
      for (std::uint32_t i = 0; i < file.memory.clients(); ++i) {
        if (file.memory.client(i).state().state != pool::SlotState::vacant) return false;
      }
      return job_segments().empty();
    });
  }
};

}  // namespace shmkit::test
