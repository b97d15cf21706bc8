#include "os/cpus.hpp"

#include <gtest/gtest.h>
#include <sched.h>

#include <cmath>
#include <optional>

#include "helpers/fake_cgroup.hpp"

// Oracle: an affinity that the test sets, and made-up cgroup trees.
namespace shmkit::test {
namespace {

void expect_quota(const FakeCgroups& cgroups, std::optional<double> expected) {
  const ChildEnd end = with_cgroups(cgroups, [&] {
    const auto quota = os::cgroup_cpu_quota();
    if (quota.has_value() != expected.has_value()) return 1;
    return quota && std::fabs(*quota - *expected) > 1e-9 ? 2 : 0;
  });
  if (end.exit_code == kNotPermitted) GTEST_SKIP() << "mount namespaces are not permitted here";
  EXPECT_EQ(end.exit_code, 0) << "1: a quota where none is, or none; 2: another one";
}

TEST(Cpus, AreCountedByAffinity) {
  const ChildEnd end = in_child([] {
    cpu_set_t all;
    if (::sched_getaffinity(0, sizeof(all), &all) != 0) return 1;
    if (os::affinity_count() != static_cast<unsigned>(CPU_COUNT(&all))) return 2;
    cpu_set_t one;
    CPU_ZERO(&one);
    for (unsigned cpu = 0; cpu < CPU_SETSIZE && CPU_COUNT(&one) == 0; ++cpu) {
      if (CPU_ISSET(cpu, &all)) CPU_SET(cpu, &one);
    }
    if (::sched_setaffinity(0, sizeof(one), &one) != 0) return 3;
    return os::affinity_count() == 1 ? 0 : 4;
  });
  EXPECT_EQ(end.exit_code, 0);
}

TEST(CpuQuota, IsNoneWithoutALimit) {
  expect_quota({"0::/\n", {}, {}}, std::nullopt);
  expect_quota({"0::/job\n", {{"cg", "cgroup2 rw"}}, {{"cg/job/cpu.max", "max 100000\n"}}}, std::nullopt);
  expect_quota({"1:cpu:/job\n",
                {{"cg", "cgroup rw,cpu"}},
                {{"cg/job/cpu.cfs_quota_us", "-1\n"}, {"cg/job/cpu.cfs_period_us", "100000\n"}}},
               std::nullopt);
}

TEST(CpuQuota, IsTheTightestUpTheTree) {
  expect_quota({"0::/job/step\n",
                {{"cg", "cgroup2 rw"}},
                {{"cg/job/step/cpu.max", "400000 100000\n"}, {"cg/job/cpu.max", "75000 50000\n"}}},
               1.5);
}

TEST(CpuQuota, ReadsVersion1BesideVersion2) {
  expect_quota({"2:cpuacct,cpu:/job\n0::/job\n",
                {{"v1", "cgroup rw,cpu,cpuacct"}, {"v2", "cgroup2 rw"}},
                {{"v1/job/cpu.cfs_quota_us", "50000\n"},
                 {"v1/job/cpu.cfs_period_us", "100000\n"},
                 {"v2/job/cpu.max", "300000 100000\n"}}},
               0.5);
}

}  // namespace
}  // namespace shmkit::test
