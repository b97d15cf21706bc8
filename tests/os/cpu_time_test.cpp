#include "os/cpu_time.hpp"

#include <unistd.h>

#include <gtest/gtest.h>

namespace shmkit::os {
namespace {

constexpr int kNobody = 1 << 22;  // The kernel's own limit.

// Oracle: a thread that does nothing but look at the time uses the CPU until the clock says that it has.
TEST(CpuTime, GrowsWhileAThreadRuns) {
  const CpuTime before = cpu_time();
  const CpuTime of_process = cpu_time(::getpid());
  while (cpu_time().running < before.running + 0.01) continue;
  EXPECT_GE(cpu_time(::getpid()).running, of_process.running + 0.005);
  EXPECT_GE(cpu_time().waiting, before.waiting);
}

TEST(CpuTime, IsNothingForAProcessThatIsNotThere) {
  const CpuTime time = cpu_time(kNobody);
  EXPECT_EQ(time.running, 0);
  EXPECT_EQ(time.waiting, 0);
}

}  // namespace
}  // namespace shmkit::os
