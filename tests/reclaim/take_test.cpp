#include "reclaim/take.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <optional>

#include <shmkit/array.hpp>

#include "array/trailer_image.hpp"
#include "helpers/child.hpp"
#include "helpers/mount_namespace.hpp"
#include "helpers/test_name.hpp"
#include "os/name_hold.hpp"
#include "reclaim/leftovers.hpp"

// One name after another: what is taken back, what stays. Oracle: processes that this test starts and kills,
// and the directory. Names of drafts are in drafts_test.cpp.
namespace shmkit::test {
namespace {

using pool::job_path;
using pool::pool_path;
using reclaim::take;

std::optional<Leftover> swept(const std::string& leaf) { return take(leaf, {}); }

/// Makes an array whose owner is dead when this returns.
void make_orphan(const Name& name, const CreateOptions& options = {}) {
  const ChildEnd end = in_child([&] {
    CreateOptions mine = options;
    mine.owner = ::getpid();
    create(name, Kind::int32, {1000}, mine);
    return 0;
  });
  ASSERT_EQ(end.exit_code, 0);
}

TEST(TakeArray, OfADeadOwner) {
  const TestName name;
  make_orphan(name.name());
  const std::uint64_t stored = info(name.name()).stored_bytes;
  const int pid = info(name.name()).owner_process.value().pid;
  const auto taken = swept(name.text());
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->kind, LeftoverKind::array);
  EXPECT_EQ(taken->name, name.text());
  EXPECT_EQ(taken->path, name.path());
  EXPECT_EQ(taken->bytes, stored);
  EXPECT_EQ(taken->reason, "its owner, process " + std::to_string(pid) + ", is dead");
  EXPECT_TRUE(taken->removed);
  EXPECT_EQ(taken->error, "");
  EXPECT_FALSE(name.taken());
  EXPECT_FALSE(swept(name.text())) << "once";
}

TEST(TakeArray, NotBeforeItsOwnerIsDead) {
  const TestName name;
  ChildProcess owner([] { return ::pause(); });
  create(name.name(), Kind::int32, {3}, {.owner = owner.pid()});
  EXPECT_FALSE(swept(name.text()));
  owner.send(SIGSTOP);
  EXPECT_FALSE(swept(name.text()));
  owner.send(SIGKILL);
  owner.wait();
  EXPECT_TRUE(swept(name.text()));
}

TEST(TakeArray, WhileSomebodyWhoIsAttachedKeepsTheData) {
  const TestName name;
  make_orphan(name.name());
  const AnyArray held = AnyArray::attach(name.name());
  EXPECT_TRUE(swept(name.text()));
  EXPECT_EQ(held.elements<std::int32_t>()[999], 0);
}

TEST(TakeArray, NeverWithoutAnOwner) {
  const TestName name;
  const TestName copy;
  const TestName rubbish;
  const TestName empty;
  const ChildEnd end = in_child([&] {
    create(name.name(), Kind::int32, {3});
    return 0;
  });
  ASSERT_EQ(end.exit_code, 0);
  const TestName orphan;
  make_orphan(orphan.name());
  copy.write(read_file(orphan.path()));
  rubbish.write("no array");
  empty.write("");
  for (const TestName* kept : {&name, &copy, &rubbish, &empty}) {
    EXPECT_FALSE(swept(kept->text()));
    EXPECT_TRUE(kept->taken());
  }
}

TEST(TakeArray, NotWhenItsOwnerWasOfAnotherPidNamespace) {
  const TestName name;
  const ChildEnd end = in_child([&] {
    if (!enter_mount_namespace() || ::unshare(CLONE_NEWPID) != 0) return kNotPermitted;
    return in_child([&] {
             if (::mount("proc", "/proc", "proc", 0, nullptr) != 0) return kNotPermitted;
             create(name.name(), Kind::int32, {3}, {.owner = 1});
             return life_of(info(name.name()).owner_process.value()) == Life::alive ? 0 : 1;
           })
        .exit_code;
  });
  if (end.exit_code == kNotPermitted) GTEST_SKIP() << "PID namespaces are not permitted here";
  ASSERT_EQ(end.exit_code, 0);
  EXPECT_EQ(life_of(info(name.name()).owner_process.value()), Life::unknown);
  EXPECT_FALSE(swept(name.text()));
  EXPECT_TRUE(name.taken());
}

TEST(TakeArray, NotWhileSomebodyReplacesOrDeletesIt) {
  const TestName name;
  make_orphan(name.name());
  {
    const os::NameHold held(name.path());
    EXPECT_FALSE(swept(name.text()));
  }
  EXPECT_TRUE(swept(name.text()));
}

TEST(TakeArray, AlsoOneThatMayNotBeWritten) {
  const TestName name;
  make_orphan(name.name(), {.mode = 0400});
  EXPECT_TRUE(swept(name.text()));
}

TEST(Take, RemovesNothingInADryRun) {
  const TestName orphan;
  make_orphan(orphan.name());
  const Segment dead(pool_path(pool_name()));
  for (const std::string& leaf : {orphan.text(), dead.leaf()}) {
    for (int i = 0; i < 2; ++i) {
      const auto found = take(leaf, {.dry_run = true});
      ASSERT_TRUE(found);
      EXPECT_TRUE(found->removed);
    }
  }
  EXPECT_TRUE(orphan.taken() && dead.exists());
  EXPECT_TRUE(swept(orphan.text()) && swept(dead.leaf()));
}

TEST(Take, LeavesWhatChangedLately) {
  const TestName orphan;
  make_orphan(orphan.name());
  const Segment dead(pool_path(pool_name()));
  for (const std::string& leaf : {orphan.text(), dead.leaf()}) {
    EXPECT_FALSE(take(leaf, {.older_than = std::chrono::seconds(60)}));
    std::filesystem::last_write_time("/dev/shm/" + leaf, {});  // What counts is when it was changed to that.
    EXPECT_FALSE(take(leaf, {.older_than = std::chrono::seconds(60)}));
  }
  ::usleep(1'050'000);
  EXPECT_TRUE(take(orphan.text(), {.older_than = std::chrono::seconds(1)}));
  EXPECT_TRUE(take(dead.leaf(), {.older_than = std::chrono::seconds(1)}));
}

TEST(Take, SaysWhyItCouldNot) {
  const TestName orphan;
  make_orphan(orphan.name());
  const ChildEnd end = in_child([&] {
    if (!enter_mount_namespace() || ::mount("/dev/shm", "/dev/shm", nullptr, MS_BIND, nullptr) != 0 ||
        ::mount("none", "/dev/shm", nullptr, MS_BIND | MS_REMOUNT | MS_RDONLY, nullptr) != 0)
      return kNotPermitted;
    const auto found = swept(orphan.text());
    return found && !found->removed && found->error.find("Read-only file system") != std::string::npos ? 0
                                                                                                       : 1;
  });
  if (end.exit_code == kNotPermitted) GTEST_SKIP() << "mount namespaces are not permitted here";
  EXPECT_EQ(end.exit_code, 0);
  EXPECT_TRUE(orphan.taken());
}

TEST(TakePool, NobodyLivesIn) {
  const Segment dead(pool_path(pool_name()));
  const auto taken = swept(dead.leaf());
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->kind, LeftoverKind::pool);
  EXPECT_EQ(taken->reason, "its supervisor and its workers are dead");
  EXPECT_FALSE(dead.exists());
}

TEST(TakePool, NotWhileAnybodyLivesInIt) {
  for (const std::uint64_t byte : {pool::kSupervisorByte, pool::kWorkerBytes, pool::kWorkerBytes + 4095}) {
    const Segment segment(pool_path(pool_name()));
    Resident resident(segment.path(), byte);
    EXPECT_FALSE(swept(segment.leaf())) << byte;
    resident.stop();
    EXPECT_FALSE(swept(segment.leaf())) << byte;
    EXPECT_TRUE(segment.exists());
    resident.kill();
    EXPECT_TRUE(swept(segment.leaf())) << byte;
  }
}

// It has lost its pool, and will say so when it has a job.
TEST(TakePool, ThoughAClientOfTheDeadOneLives) {
  const Segment segment(pool_path(pool_name()));
  Resident resident(segment.path(), pool::kClientBytes + 3);
  EXPECT_TRUE(swept(segment.leaf()));
  resident.kill();
}

TEST(TakePool, OfThisUserOnly) {
  const std::string uid = std::to_string(::geteuid());
  const Segment other("/dev/shm/shmkit-pool." + std::to_string(::geteuid() + 1) + "." + pool_name());
  const Segment odd("/dev/shm/shmkit-pool." + pool_name());
  const Segment short_job("/dev/shm/shmkit-job." + uid + "." + name_prefix() + "x");
  for (const Segment* segment : {&other, &odd, &short_job}) EXPECT_FALSE(swept(segment->leaf()));
  if (::geteuid() != 0) GTEST_SKIP() << "the rest needs root, to give files away";
  const Segment given(pool_path(pool_name()));
  const Segment job(job_path(pool_name(), 1, 1));
  const TestName orphan;
  make_orphan(orphan.name());
  for (const std::string& path : {given.path(), job.path(), orphan.path()}) {
    ASSERT_EQ(::chown(path.c_str(), 65534, 65534), 0);
    EXPECT_FALSE(swept(std::filesystem::path(path).filename()));
    EXPECT_TRUE(std::filesystem::exists(path));
  }
}

TEST(TakePool, IsARegularFileAndNoArray) {
  const std::string precious = pool_path(pool_name());
  const Segment target(precious + "-target");
  for (const std::string& path : {precious, job_path(pool_name(), 1, 2)}) {
    const Segment place(path);
    const std::string leaf = place.leaf();
    std::filesystem::remove(path);
    std::filesystem::create_symlink(target.path(), path);
    EXPECT_FALSE(swept(leaf));
    std::filesystem::remove(path);
    ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
    EXPECT_FALSE(swept(leaf));
    std::filesystem::remove(path);
    std::filesystem::create_directory(path);
    EXPECT_FALSE(swept(leaf));
    std::filesystem::remove(path);
    std::ofstream(path) << std::string(120, 'd') + doubles(548, {3, 5}).text();
    EXPECT_FALSE(swept(leaf));
    EXPECT_TRUE(place.exists() && target.exists());
  }
}

TEST(TakeJob, OfADeadClientWhosePoolIsGone) {
  const Segment job(job_path(pool_name(), 3, 17));
  const auto taken = swept(job.leaf());
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->kind, LeftoverKind::job);
  EXPECT_EQ(taken->reason, "its client is dead, and so is its pool");
  EXPECT_FALSE(job.exists());
}

TEST(TakeJob, OfADeadClientWhosePoolIsDead) {
  const std::string name = pool_name();
  const Segment segment(pool_path(name));
  const Segment job(job_path(name, 3, 17));
  EXPECT_TRUE(swept(job.leaf()));
  EXPECT_TRUE(segment.exists());
}

TEST(TakeJob, NotWhileItsClientLives) {
  const Segment job(job_path(pool_name(), 3, 17));
  Resident client(job.path(), 0, 0);
  EXPECT_FALSE(swept(job.leaf()));
  client.kill();
  EXPECT_TRUE(swept(job.leaf()));
}

// Its supervisor takes it back, when no worker is at it any more.
TEST(TakeJob, NotWhileItsPoolLives) {
  const std::string name = pool_name();
  const Segment segment(pool_path(name));
  const Segment job(job_path(name, 3, 17));
  Resident worker(segment.path(), pool::kWorkerBytes + 5);
  EXPECT_FALSE(swept(job.leaf()));
  worker.kill();
  EXPECT_TRUE(swept(job.leaf()));
}

TEST(TakeJob, NotWhenNobodyKnowsWhatItsPoolIs) {
  const std::string name = pool_name();
  const Segment segment(pool_path(name));
  const Segment job(job_path(name, 3, 17));
  std::filesystem::remove(segment.path());
  std::filesystem::create_directory(segment.path());
  EXPECT_FALSE(swept(job.leaf()));
  EXPECT_TRUE(job.exists());
}

TEST(Remove, RefusesTheFilesOfPoolsAndListPassesThemOver) {
  const Segment segment(pool_path(pool_name()));
  const Segment job(job_path(pool_name(), 3, 17));
  for (const Segment* file : {&segment, &job}) {
    const Name name = Name::parse(file->leaf());
    EXPECT_TRUE(belongs_to_pool(name));
    for (const bool force : {false, true}) {
      try {
        remove(name, force);
        ADD_FAILURE();
      } catch (const Error& e) {
        EXPECT_EQ(e.errc(), Errc::not_an_array);
        EXPECT_NE(e.hint().find("shmtool pool stop"), std::string::npos);
      }
    }
    EXPECT_TRUE(file->exists());
    for (const auto& entry : list()) EXPECT_NE(entry.name, name);
  }
}

}  // namespace
}  // namespace shmkit::test
