#include <sched.h>

#include <cstdlib>

#include <gtest/gtest.h>

#include <shmkit/run.hpp>

namespace shmkit {
namespace {

// The affinity of this process, set by hand, is the upper bound; the cgroup of the machine may lower it
// further.
struct DefaultWorkers : ::testing::Test {
  DefaultWorkers() {
    ::sched_getaffinity(0, sizeof before_, &before_);
    if (const char* text = std::getenv("SLURM_CPUS_PER_TASK")) slurm_ = text;
    ::unsetenv("SLURM_CPUS_PER_TASK");
  }
  ~DefaultWorkers() override {
    ::sched_setaffinity(0, sizeof before_, &before_);
    if (slurm_.empty())
      ::unsetenv("SLURM_CPUS_PER_TASK");
    else
      ::setenv("SLURM_CPUS_PER_TASK", slurm_.c_str(), 1);
  }

  void use_one_cpu() {
    int cpu = 0;
    while (!CPU_ISSET(cpu, &before_)) ++cpu;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    ASSERT_EQ(::sched_setaffinity(0, sizeof one, &one), 0);
  }

  cpu_set_t before_{};
  std::string slurm_;
};

TEST_F(DefaultWorkers, AreNoMoreThanTheCpusThatMayBeUsed) {
  const auto cpus = static_cast<unsigned>(CPU_COUNT(&before_));
  EXPECT_GE(default_workers().count, 1U);
  EXPECT_LE(default_workers().count, cpus);
  use_one_cpu();
  EXPECT_EQ(default_workers().count, 1U);
  EXPECT_EQ(default_workers().reason, "CPU affinity (1)");
}

TEST_F(DefaultWorkers, FollowSlurmWhereItAllowsLess) {
  const WorkerCount without = default_workers();
  ::setenv("SLURM_CPUS_PER_TASK", "100000", 1);
  EXPECT_EQ(default_workers().count, without.count);
  if (without.count == 1) GTEST_SKIP() << "only one CPU";
  ::setenv("SLURM_CPUS_PER_TASK", "1", 1);
  EXPECT_EQ(default_workers().count, 1U);
  EXPECT_EQ(default_workers().reason, "SLURM_CPUS_PER_TASK (1)");
}

TEST_F(DefaultWorkers, PassOverRubbishFromSlurm) {
  const WorkerCount without = default_workers();
  for (const char* rubbish : {"", "0", "-1", "1x", "x", " 1", "99999999999999999999"}) {
    ::setenv("SLURM_CPUS_PER_TASK", rubbish, 1);
    EXPECT_EQ(default_workers().count, without.count) << "'" << rubbish << "'";
  }
}

}  // namespace
}  // namespace shmkit
