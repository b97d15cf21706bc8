#include "os/unshared_fd.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "helpers/child.hpp"

namespace shmkit::os {
namespace {

Fd some_file() { return Fd(::open("/dev/null", O_RDONLY | O_CLOEXEC)); }
bool is_open(int fd) { return ::fcntl(fd, F_GETFD) >= 0; }

// The oracle is fcntl, in parent and child.
TEST(UnsharedFd, IsClosedInAForkedChildAndOpenInItsParent) {
  const UnsharedFd file(some_file);
  const Fd shared = some_file();
  const int number = file.fd().get();
  EXPECT_TRUE(file.is_open());
  EXPECT_EQ(test::in_child([&] {
              if (file.is_open() || is_open(number)) return 1;
              return is_open(shared.get()) ? 0 : 2;
            }).exit_code,
            0);
  EXPECT_TRUE(file.is_open());
  EXPECT_TRUE(is_open(number));
}

TEST(UnsharedFd, LeavesTheNumberToWhoeverGetsItInTheChild) {
  EXPECT_EQ(test::in_child([] {
              auto file = std::make_unique<UnsharedFd>(some_file);
              return test::in_child([&] {
                       const Fd same = some_file();  // Has the number that was given up.
                       file.reset();
                       return is_open(same.get()) ? 0 : 2;
                     })
                  .exit_code;
            }).exit_code,
            0);
}

TEST(UnsharedFd, MayComeAndGoInThreadsWhileAnotherOneForks) {
  std::atomic<bool> over{false};
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&] {
      while (!over) const UnsharedFd own(some_file);
    });
  }
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(test::in_child([] {
                const UnsharedFd own(some_file);
                return own.is_open() ? 0 : 1;
              }).exit_code,
              0);
  }
  over = true;
  for (auto& thread : threads) thread.join();
}

}  // namespace
}  // namespace shmkit::os
