#include "os/memory_limit.hpp"

#include <gtest/gtest.h>

#include "helpers/fake_cgroup.hpp"

// Oracle: made-up cgroup trees whose limits are computed by hand, and /proc/meminfo.
namespace shmkit::test {
namespace {

constexpr std::uint64_t kMiB = 1U << 20U;

std::string mib(std::uint64_t count) { return std::to_string(count * kMiB) + "\n"; }

/// Fails unless the limit under those cgroups is `available`, on account of the group at `where`.
void expect_limit(const FakeCgroups& cgroups, std::uint64_t available, const std::string& where) {
  const ChildEnd end = with_cgroups(cgroups, [&] {
    const os::MemoryLimit limit = os::memory_limit();
    if (limit.available != available) return 1;
    return limit.reason.ends_with(where) ? 0 : 2;
  });
  if (end.exit_code == kNotPermitted) GTEST_SKIP() << "mount namespaces are not permitted here";
  EXPECT_EQ(end.exit_code, 0) << "1: another limit, 2: another group";
}

TEST(MemoryLimit, IsWhatRamAndSwapHaveFreeWhereNoGroupLimits) {
  const ChildEnd end = with_cgroups({"0::/\n", {}, {}}, [] {
    const os::MemoryLimit limit = os::memory_limit();
    return limit.reason == "RAM" && limit.available > kMiB && limit.available < (std::uint64_t{1} << 50U) ? 0
                                                                                                          : 1;
  });
  if (end.exit_code == kNotPermitted) GTEST_SKIP() << "mount namespaces are not permitted here";
  EXPECT_EQ(end.exit_code, 0);
}

TEST(MemoryLimit, IsTheTightestGroupUpTheTree) {
  const FakeCgroups v2{"0::/job/step\n",
                       {{"cg", "cgroup2 rw"}},
                       {{"cg/job/step/memory.max", "max\n"},
                        {"cg/job/step/memory.current", mib(1)},
                        {"cg/job/memory.max", mib(64)},
                        {"cg/job/memory.current", mib(24)},
                        {"cg/job/memory.stat", "anon 5\ninactive_file 4194304\nactive_file 999\n"}}};
  expect_limit(v2, 44 * kMiB, "cg/job");
}

TEST(MemoryLimit, ReadsVersion1) {
  const FakeCgroups v1{"4:memory:/job\n3:cpu,cpuacct:/other\n0::/\n",
                       {{"cg", "cgroup rw,relatime,memory"}, {"cpu", "cgroup rw,cpu,cpuacct"}},
                       {{"cg/job/memory.limit_in_bytes", mib(64)},
                        {"cg/job/memory.usage_in_bytes", mib(24)},
                        {"cg/job/memory.stat", "inactive_file 77\ntotal_inactive_file 2097152\n"},
                        {"cg/memory.limit_in_bytes", "9223372036854771712\n"},
                        {"cg/memory.usage_in_bytes", mib(1)}}};
  expect_limit(v1, 42 * kMiB, "cg/job");
}

TEST(MemoryLimit, OfAGroupThatIsOverItsLimitIsNothing) {
  const FakeCgroups v2{"0::/job\n",
                       {{"cg", "cgroup2 rw"}},
                       {{"cg/job/memory.max", mib(64)}, {"cg/job/memory.current", mib(65)}}};
  expect_limit(v2, 0, "cg/job");
}

// Inside a container the path is that of the host, and the mount shows only the container's own group.
TEST(MemoryLimit, TakesTheMountItselfWhereThePathIsHidden) {
  const FakeCgroups hidden{"4:memory:/docker/0123\n",
                           {{"cg", "cgroup rw,memory"}},
                           {{"cg/memory.limit_in_bytes", mib(64)}, {"cg/memory.usage_in_bytes", mib(60)}}};
  expect_limit(hidden, 4 * kMiB, "cg");
}

}  // namespace
}  // namespace shmkit::test
