#include "os/identity.hpp"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <chrono>
#include <fstream>
#include <string>
#include <thread>

#include "helpers/child.hpp"
#include "helpers/mount_namespace.hpp"
#include "helpers/test_name.hpp"
#include "helpers/watchdog.hpp"

// Oracle: children that this test starts, stops, ends and reaps itself.
namespace shmkit::test {
namespace {

using os::identity_of;

int sleep_for_ever() {
  for (;;) ::pause();
}

ProcessIdentity self() { return identity_of(::getpid()).value(); }

TEST(Identity, IsThatOfThisProcess) {
  const ProcessIdentity identity = self();
  EXPECT_EQ(identity.pid, ::getpid());
  struct stat st {};
  ASSERT_EQ(::stat("/proc/self/ns/pid", &st), 0);
  EXPECT_EQ(identity.pid_namespace, st.st_ino);
  EXPECT_EQ(identity, self());
  EXPECT_EQ(life_of(identity), Life::alive);
}

TEST(Identity, TellsChildrenFromTheirParent) {
  const ChildProcess child(sleep_for_ever);
  const auto identity = identity_of(child.pid());
  ASSERT_TRUE(identity);
  EXPECT_NE(*identity, self());
  EXPECT_EQ(identity->boot_id, self().boot_id);
  EXPECT_GE(identity->start_time, self().start_time);
}

TEST(Identity, IsNobodysWhereThereIsNoProcess) {
  for (const int pid : {0, -1, -::getpid(), std::numeric_limits<int>::max()})
    EXPECT_FALSE(identity_of(pid)) << pid;
}

TEST(Life, EndsWithTheProcessNotWithItsReaping) {
  ChildProcess child(sleep_for_ever);
  const pid_t pid = child.pid();
  const ProcessIdentity identity = identity_of(pid).value();
  EXPECT_EQ(life_of(identity), Life::alive);
  child.send(SIGSTOP);
  EXPECT_EQ(life_of(identity), Life::alive) << "stopped is not dead";
  child.send(SIGKILL);
  siginfo_t ended{};
  ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(pid), &ended, WEXITED | WNOWAIT), 0);
  EXPECT_EQ(life_of(identity), Life::dead) << "a zombie";
  EXPECT_FALSE(identity_of(pid)) << "a zombie";
  child.wait();
  EXPECT_EQ(life_of(identity), Life::dead);
}

TEST(Life, IsNotThatOfASuccessorWithTheSameNumber) {
  ProcessIdentity predecessor = self();
  --predecessor.start_time;
  EXPECT_EQ(life_of(predecessor), Life::dead);
}

TEST(Life, EndsWithTheUptimeOfTheMachine) {
  ProcessIdentity before = self();
  before.boot_id[7] ^= std::byte{1};
  EXPECT_EQ(life_of(before), Life::dead);
}

// The number may be anybody's here, and a container may show a boot id of its own.
TEST(Life, IsUnknownInAnotherPidNamespace) {
  ProcessIdentity stranger = self();
  ++stranger.pid_namespace;
  EXPECT_EQ(life_of(stranger), Life::unknown);
  stranger.pid = std::numeric_limits<int>::max();
  EXPECT_EQ(life_of(stranger), Life::unknown);
  stranger.boot_id[0] ^= std::byte{1};
  EXPECT_EQ(life_of(stranger), Life::unknown);
}

TEST(Life, OfNobodyIsUnknown) {
  ProcessIdentity nobody = self();
  for (const int pid : {0, -1}) {
    nobody.pid = pid;
    EXPECT_EQ(life_of(nobody), Life::unknown);
  }
}

std::string state_of(pid_t pid) {
  const std::string line = read_file("/proc/" + std::to_string(pid) + "/stat");
  return line.substr(line.rfind(')') + 2, 1);
}

// Its first thread looks like a zombie.
TEST(Life, GoesOnWhileAThreadOutlivesTheFirst) {
  const Watchdog watchdog(60);
  const ChildProcess child([] {
    std::thread(sleep_for_ever).detach();
    ::syscall(SYS_exit, 0);
    return 1;
  });
  while (state_of(child.pid()) != "Z") std::this_thread::sleep_for(std::chrono::milliseconds(1));
  const auto identity = identity_of(child.pid());
  ASSERT_TRUE(identity);
  EXPECT_EQ(life_of(*identity), Life::alive);
}

TEST(Life, IsSeenWhateverTheProgramIsCalled) {
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const ChildProcess child([&] {
    ::prctl(PR_SET_NAME, "a) Z 1\n(b");
    return ::write(ready[1], "r", 1) == 1 ? sleep_for_ever() : 1;
  });
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  EXPECT_EQ(life_of(identity_of(child.pid()).value()), Life::alive);
  ::close(ready[0]);
  ::close(ready[1]);
}

// A shifted clock shows every process with another start time.
TEST(Life, IsUnknownWhereTheClockIsShifted) {
  const ProcessIdentity parent = self();
  const ChildEnd end = in_child([&] {
    if (::unshare(CLONE_NEWTIME) != 0) return kNotPermitted;
    std::ofstream("/proc/self/timens_offsets") << "boottime 1000 0\n";
    return in_child([&] {
             if (identity_of(::getpid())) return 1;
             return life_of(parent) == Life::unknown ? 0 : 2;
           })
        .exit_code;
  });
  if (end.exit_code == kNotPermitted) GTEST_SKIP() << "time namespaces are not permitted here";
  EXPECT_EQ(end.exit_code, 0);
}

// There /proc still shows the numbers of the outer one, where 1 is somebody else.
TEST(Life, IsNotReadFromTheProcOfAnotherNamespace) {
  const ProcessIdentity parent = self();
  const ChildEnd end = in_child([&] {
    if (::unshare(CLONE_NEWPID) != 0) return kNotPermitted;
    return in_child([&] {
             if (::getpid() != 1 || identity_of(1) || identity_of(parent.pid)) return 1;
             return life_of(parent) == Life::unknown ? 0 : 2;
           })
        .exit_code;
  });
  if (end.exit_code == kNotPermitted) GTEST_SKIP() << "PID namespaces are not permitted here";
  EXPECT_EQ(end.exit_code, 0);
}

TEST(Life, IsUnknownWithoutProc) {
  const ProcessIdentity parent = self();
  const ChildEnd end = in_child([&] {
    if (!enter_mount_namespace() || ::mount("none", "/proc", "tmpfs", 0, nullptr) != 0) return kNotPermitted;
    if (identity_of(::getpid())) return 1;
    return life_of(parent) == Life::unknown ? 0 : 2;
  });
  if (end.exit_code == kNotPermitted) GTEST_SKIP() << "mount namespaces are not permitted here";
  EXPECT_EQ(end.exit_code, 0);
}

TEST(ProcessStat, HasStateThreadsAndStartTime) {
  const std::string before = "7 (sh) ";
  const std::string middle = " 1 7 7 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 ";
  const auto ended = [&](const std::string& state, const std::string& threads) {
    return os::parse_stat(before + state + middle + threads + " 0 123456 99 1").value().ended;
  };
  EXPECT_EQ(os::parse_stat(before + "S" + middle + "1 0 123456 99 1").value().start_time, 123456U);
  for (const char* state : {"R", "S", "D", "T", "t", "I"}) EXPECT_FALSE(ended(state, "1")) << state;
  EXPECT_TRUE(ended("Z", "1"));
  EXPECT_TRUE(ended("X", "0"));
  EXPECT_FALSE(ended("Z", "2"));
}

TEST(ProcessStat, IsNotReadFromOtherLines) {
  for (const char* line :
       {"", ")", "7 (sh", "7 (sh) S", "7 (sh) S 1 7 7 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 1 0",
        "7 (sh) S 1 7 7 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 1 0 x",
        "7 (sh) S 1 7 7 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 x 0 5"})
    EXPECT_FALSE(os::parse_stat(line)) << line;
}

}  // namespace
}  // namespace shmkit::test
