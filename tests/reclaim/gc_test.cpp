#include <shmkit/gc.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include <shmkit/array.hpp>

#include "array/trailer.hpp"
#include "helpers/child.hpp"
#include "helpers/mount_namespace.hpp"
#include "helpers/test_name.hpp"
#include "helpers/watchdog.hpp"
#include "os/identity.hpp"
#include "os/name_hold.hpp"
#include "os/unnamed_file.hpp"
#include "reclaim/leftovers.hpp"
#include "reclaim/take.hpp"

// The sweep as a whole, in a /dev/shm of the test's own: other tests leave things on purpose. And while
// others are at the same names. Oracle: who made what, and whether it lives.
namespace shmkit::test {
namespace {

using pool::job_path;
using pool::pool_path;

/// An array whose owner started a tick before this process, with its number: dead.
void make_orphan(const Name& name) {
  auto file = os::UnnamedFile::create_for(name.path(), 0600, name.text());
  trailer::Owner owner{os::identity_of(::getpid()).value(), os::status(file.fd(), name.text()).inode};
  --owner.process.start_time;
  const auto bytes = trailer::make(Kind::int32, {0}, owner);
  os::write_at(file.fd(), bytes, 0, name.text());
  file.publish(true, name.text());
}

int sweep_all() {
  if (!enter_mount_namespace() || ::mount("none", "/dev/shm", "tmpfs", 0, nullptr) != 0) return kNotPermitted;
  const auto name = [](const char* leaf) { return Name::parse(leaf); };
  if (!gc().empty()) return 1;
  create(name("a"), Kind::int32, {3});
  make_orphan(name("b"));
  create(name("c"), Kind::int32, {3}, {.owner = ::getpid()});
  std::ofstream("/dev/shm/.a.shmkit-1-1") << "half";
  for (const auto& path :
       {pool_path("dead"), pool_path("alive"), job_path("dead", 1, 1), job_path("alive", 1, 1)})
    std::ofstream(path) << "s";
  Resident resident(pool_path("alive"), pool::kWorkerBytes + 7);
  const auto names = [](const std::vector<Leftover>& found) {
    std::string text;
    for (const auto& leftover : found) text += std::string(leftover_name(leftover.kind)) + ' ';
    return text;
  };
  if (names(gc({.dry_run = true})) != "draft array job pool ") return 2;
  if (!gc({.older_than = std::chrono::seconds(60)}).empty()) return 3;
  if (names(gc()) != "draft array job pool " || !gc().empty()) return 4;
  const auto left = os::directory_entries("/dev/shm");
  if (left.size() != 4) return 5;
  resident.kill();
  return names(gc()) == "job pool " && os::directory_entries("/dev/shm") == std::vector<std::string>{"a", "c"}
             ? 0
             : 6;
}

TEST(Gc, TakesBackAllThatTheDeadLeftAndNothingElse) {
  const ChildEnd end = in_child(sweep_all);
  if (end.exit_code == kNotPermitted) GTEST_SKIP() << "mount namespaces are not permitted here";
  EXPECT_EQ(end.exit_code, 0);
}

/// Takes what it can under one name, all the time, in threads.
class Sweepers {
 public:
  explicit Sweepers(const std::string& leaf) {
    for (int i = 0; i < 2; ++i) {
      threads_.emplace_back([this, leaf](const std::stop_token& stop) {
        while (!stop.stop_requested()) taken_ += reclaim::take(leaf, {}) ? 1 : 0;
      });
    }
  }
  int taken() const { return taken_; }

 private:
  std::atomic<int> taken_ = 0;
  std::vector<std::jthread> threads_;
};

/// A pool comes to life as pools do: its supervisor's byte is locked before the name appears; the name of a
/// dead one is removed by whoever has locked out everybody else from that file.
os::Fd give_birth(const std::string& path) {
  auto file = os::UnnamedFile::create_for(path, 0600, path);
  EXPECT_TRUE(os::try_lock(file.fd(), pool::kSupervisorByte));
  for (;;) {
    try {
      file.publish(false, path);
      return os::duplicate(file.fd().get(), path);
    } catch (const Error&) {
      const auto dead = os::NamedFile::open(path);
      if (dead && os::try_lock(dead->fd(), 0, pool::kLockBytes) && dead->is_named())
        os::unlink_file(path, path);
    }
  }
}

TEST(Gc, NeverTakesAPoolThatWasBornUnderADeadOnesName) {
  const Watchdog watchdog(120);
  const Segment dead(pool_path(pool_name()));
  const Sweepers sweepers(dead.leaf());
  for (int i = 0; i < 5000; ++i) {
    const os::Fd pool = give_birth(dead.path());  // Dies at the end of this round, and leaves its file.
    for (int look = 0; look < 3; ++look) ASSERT_EQ(os::status(pool, "pool").links, 1U) << i;
  }
  EXPECT_GT(sweepers.taken(), 0);
}

TEST(Gc, NeverTakesAnArrayThatReplacedADeadOnes) {
  const Watchdog watchdog(120);
  const TestName name;
  const Sweepers sweepers(name.text());
  for (std::uint64_t i = 1; i <= 2000; ++i) {
    make_orphan(name.name());
    create(name.name(), Kind::int32, {i}, {.replace = true, .owner = ::getpid()});
    for (int look = 0; look < 20; ++look) ASSERT_TRUE(name.taken()) << i;
    ASSERT_EQ(info(name.name()).shape, Shape{i});
  }
  for (int i = 0; i < 1000 && sweepers.taken() == 0; ++i) make_orphan(name.name());
  EXPECT_GT(sweepers.taken(), 0);
}

TEST(Gc, NeverTakesAnArrayThatWasMadeWhereADeadOnesWasDeleted) {
  const Watchdog watchdog(120);
  const TestName name;
  const Sweepers sweepers(name.text());
  for (std::uint64_t i = 1; i <= 2000; ++i) {
    make_orphan(name.name());
    try {
      remove(name.name(), true);
    } catch (const Error& e) {
      ASSERT_EQ(e.errc(), Errc::not_found);
    }
    create(name.name(), Kind::int32, {i});
    for (int look = 0; look < 20; ++look) ASSERT_TRUE(name.taken()) << i;
    ASSERT_EQ(info(name.name()).shape, Shape{i});
  }
}

}  // namespace
}  // namespace shmkit::test
