#include "os/name_hold.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <thread>

#include <shmkit/array.hpp>

#include "helpers/test_name.hpp"
#include "helpers/watchdog.hpp"

// Who holds a name keeps others from taking it from its file. Oracle: what they have done, or not, meanwhile.
namespace shmkit::test {
namespace {

using os::NamedFile;
using os::NameHold;
using std::chrono::milliseconds;

bool may_be_swept(const TestName& name) { return NameHold::try_hold(NamedFile::open(name.path()).value()); }

TEST(NameHold, KeepsTheSweepAwayAsLongAsItLives) {
  const TestName name;
  name.write("x");
  {
    const NameHold held(name.path());
    EXPECT_FALSE(may_be_swept(name));
  }
  EXPECT_TRUE(may_be_swept(name));
}

// What a sweeper does, at the pace of a test: it holds the name, and nobody takes it from under it.
template <class Action>
void expect_waits(const TestName& name, Action action) {
  const Watchdog watchdog(60);
  std::optional sweeper = NamedFile::open(name.path());
  ASSERT_TRUE(NameHold::try_hold(*sweeper));
  std::atomic<bool> done = false;
  std::jthread other([&] {
    action();
    done = true;
  });
  std::this_thread::sleep_for(milliseconds(50));
  EXPECT_FALSE(done);
  EXPECT_TRUE(sweeper->is_named());
  sweeper.reset();
  other.join();
  EXPECT_TRUE(done);
}

TEST(NameHold, IsHadByWhoReplacesAnArray) {
  const TestName name;
  create(name.name(), Kind::int32, {3});
  expect_waits(name, [&] { create(name.name(), Kind::int32, {4}, {.replace = true}); });
  EXPECT_EQ(info(name.name()).shape, Shape{4});
}

TEST(NameHold, IsHadByWhoDeletesAnArray) {
  const TestName name;
  create(name.name(), Kind::int32, {3});
  expect_waits(name, [&] { remove(name.name()); });
  EXPECT_FALSE(name.taken());
}

TEST(NameHold, IsOfTheFileThatHasTheNameInTheEnd) {
  const Watchdog watchdog(60);
  const TestName name;
  name.write("old");
  std::optional old_file = NamedFile::open(name.path());
  ASSERT_TRUE(NameHold::try_hold(*old_file));
  std::optional<NameHold> held;
  std::jthread other([&] { held.emplace(name.path()); });
  std::this_thread::sleep_for(milliseconds(20));
  std::filesystem::remove(name.path());
  name.write("new");
  other.join();
  EXPECT_FALSE(old_file->is_named());
  EXPECT_FALSE(may_be_swept(name)) << "the new one is held";
}

TEST(NameHold, DoesNotWaitForEver) {
  const Watchdog watchdog(60);
  const TestName name;
  create(name.name(), Kind::int32, {3});
  const auto stopped = NamedFile::open(name.path());
  ASSERT_TRUE(NameHold::try_hold(*stopped));
  create(name.name(), Kind::int32, {4}, {.replace = true});
  EXPECT_EQ(info(name.name()).shape, Shape{4});
}

TEST(NamedFile, IsARegularFileAndNothingElse) {
  const TestName name;
  EXPECT_FALSE(NamedFile::open(name.path()));
  ASSERT_EQ(::mkfifo(name.path().c_str(), 0600), 0);
  EXPECT_FALSE(NamedFile::open(name.path()));
  const NameHold nothing(name.path());
  std::filesystem::remove(name.path());
  std::filesystem::create_symlink("/etc/passwd", name.path());
  EXPECT_FALSE(NamedFile::open(name.path()));
  std::filesystem::remove(name.path());
  name.write("x");
  const auto file = NamedFile::open(name.path());
  ASSERT_TRUE(file);
  EXPECT_TRUE(file->writable() && file->is_named());
  EXPECT_EQ(file->status().size, 1U);
  EXPECT_LT(file->unchanged_for(), std::chrono::seconds(5));
  std::filesystem::remove(name.path());
  EXPECT_FALSE(file->is_named());
}

}  // namespace
}  // namespace shmkit::test
