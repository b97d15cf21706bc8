#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include <shmkit/array.hpp>

#include "helpers/child.hpp"
#include "helpers/killed_at_rename.hpp"
#include "helpers/mount_namespace.hpp"
#include "helpers/test_name.hpp"
#include "helpers/watchdog.hpp"
#include "os/file.hpp"
#include "os/unnamed_file.hpp"
#include "reclaim/take.hpp"

// Hidden temporary names. Oracle: creators that are killed while such a name is there.
namespace shmkit::test {
namespace {

using reclaim::take;

std::vector<std::string> drafts_of(const TestName& name) {
  std::vector<std::string> found;
  for (const auto& leaf : os::directory_entries("/dev/shm")) {
    if (leaf.starts_with("." + name.text() + ".")) found.push_back(leaf);
  }
  return found;
}

/// Two ends of a pipe, to wait for what a child has done.
class Signal {
 public:
  Signal() {
    if (::pipe(fds_) != 0) throw std::runtime_error("no pipe is to be had");
  }
  ~Signal() {
    ::close(fds_[0]);
    ::close(fds_[1]);
  }
  void give(char what = 'r') const { static_cast<void>(::write(fds_[1], &what, 1) == 1); }
  char take() const {
    char what = 0;
    return ::read(fds_[0], &what, 1) == 1 ? what : '\0';
  }

 private:
  int fds_[2];
};

TEST(TakeDraft, KnowsTheNamesThatCreatorsGive) {
  for (const char* leaf : {".x.shmkit-1-0", ".a.b.shmkit-4711-12", ".x.shmkit-1-1.shmkit-2-3"})
    EXPECT_TRUE(os::is_temporary_name(leaf)) << leaf;
  for (const char* leaf :
       {"", ".", "x.shmkit-1-0", ".shmkit-1-0", ".x.shmkit-1", ".x.shmkit--1", ".x.shmkit-1-",
        ".x.shmkit-1-0x", ".x.shmkit-1-2-3", ".x.shmkit-a-2", ".x.shmkit-1-0.bak"})
    EXPECT_FALSE(os::is_temporary_name(leaf)) << leaf;
}

TEST(TakeDraft, OfACreatorThatWasKilledAtTheMomentOfReplacing) {
  const TestName name;
  create(name.name(), Kind::int32, {3});
  const ChildEnd end = in_child([&] {
    ArrayDraft draft = ArrayDraft::create(name.name(), Kind::int32, {4}, {.replace = true});
    if (!die_at_rename()) return kNotPermitted;
    std::move(draft).publish();
    return 0;
  });
  if (end.exit_code == kNotPermitted) GTEST_SKIP() << "seccomp filters are not permitted here";
  ASSERT_EQ(end.signal, SIGSYS);
  const auto left = drafts_of(name);
  ASSERT_EQ(left.size(), 1U);
  EXPECT_FALSE(take(left[0], {.older_than = std::chrono::seconds(60)}));
  EXPECT_TRUE(take(left[0], {.dry_run = true}));
  const auto taken = take(left[0], {});
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->kind, LeftoverKind::draft);
  EXPECT_EQ(taken->reason, "whoever was making it is dead");
  EXPECT_GE(taken->bytes, 4U * 4 + 548);
  EXPECT_TRUE(drafts_of(name).empty());
  EXPECT_EQ(info(name.name()).shape, Shape{3});
}

// Without /proc a draft has a hidden name for as long as it is one.
TEST(TakeDraft, NotWhileItsCreatorLives) {
  const Watchdog watchdog(60);
  for (const std::uint32_t mode : {0600U, 0400U, 0U}) {
    const TestName name;
    const Signal ready;
    ChildProcess creator([&] {
      const bool hidden = enter_mount_namespace() && ::mount("none", "/proc", "tmpfs", 0, nullptr) == 0;
      if (!hidden) ready.give('x');
      const auto draft = ArrayDraft::create(name.name(), Kind::int32, {4}, {.mode = mode});
      ready.give();
      return ::pause();
    });
    if (ready.take() != 'r') GTEST_SKIP() << "mount namespaces are not permitted here";
    const auto left = drafts_of(name);
    ASSERT_EQ(left.size(), 1U);
    EXPECT_FALSE(take(left[0], {}));
    creator.send(SIGSTOP);
    EXPECT_FALSE(take(left[0], {}));
    EXPECT_EQ(drafts_of(name), left);
    creator.send(SIGKILL);
    creator.wait();
    if (mode == 0 && ::geteuid() != 0) continue;  // Whoever cannot open it cannot know.
    EXPECT_TRUE(take(left[0], {}));
    EXPECT_TRUE(drafts_of(name).empty());
  }
}

TEST(TakeDraft, NotWhileAWorkerOfItsDeadCreatorFillsIt) {
  const Watchdog watchdog(60);
  const TestName name;
  const Signal ready;
  const Signal stop;
  ChildProcess creator([&] {
    if (!enter_mount_namespace() || ::mount("none", "/proc", "tmpfs", 0, nullptr) != 0) {
      ready.give('x');
      return 1;
    }
    const auto draft = ArrayDraft::create(name.name(), Kind::int32, {4});
    const ChildProcess worker([&] {
      ::alarm(60);  // Nobody kills it if this test fails.
      ready.give();
      stop.take();
      return 0;
    });
    ready.give();
    return ::pause();
  });
  if (ready.take() != 'r') GTEST_SKIP() << "mount namespaces are not permitted here";
  EXPECT_EQ(ready.take(), 'r');
  const auto left = drafts_of(name);
  ASSERT_EQ(left.size(), 1U);
  creator.send(SIGKILL);
  creator.wait();
  EXPECT_FALSE(take(left[0], {})) << "the worker lives";
  stop.give();
  while (!take(left[0], {})) ::usleep(1000);
  EXPECT_TRUE(drafts_of(name).empty());
}

// The sweep goes on all the time while drafts under hidden names come and go: none of them loses its file.
TEST(TakeDraft, LetsCreatorsWork) {
  const Watchdog watchdog(120);
  const TestName name;
  ChildProcess creator([&] {
    if (!enter_mount_namespace() || ::mount("none", "/proc", "tmpfs", 0, nullptr) != 0) return kNotPermitted;
    for (std::uint64_t i = 1; i <= 2000; ++i) {
      create(name.name(), Kind::int32, {i}, {.replace = true});
      if (info(name.name()).shape != Shape{i}) return 1;
    }
    return 0;
  });
  std::jthread sweeper([&](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      for (const auto& leaf : drafts_of(name)) take(leaf, {});
    }
  });
  const ChildEnd end = creator.wait();
  sweeper.request_stop();
  sweeper.join();
  if (end.exit_code == kNotPermitted) GTEST_SKIP() << "mount namespaces are not permitted here";
  EXPECT_EQ(end.exit_code, 0);
  EXPECT_TRUE(drafts_of(name).empty());
}

}  // namespace
}  // namespace shmkit::test
