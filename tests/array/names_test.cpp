#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <algorithm>
#include <cstring>
#include <filesystem>

#include <shmkit/array.hpp>

#include "array/trailer_image.hpp"
#include "helpers/child.hpp"
#include "helpers/error_of.hpp"
#include "helpers/test_name.hpp"

// info(), remove() and list(). Oracle: what was put into /dev/shm by hand.
namespace shmkit::test {
namespace {

void make_socket(const std::string& path) {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof(address.sun_path) - 1);
  EXPECT_EQ(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  ::close(fd);
}

std::optional<ListEntry> listed(const TestName& name) {
  const auto all = list();
  const auto found = std::ranges::find(all, name.name(), &ListEntry::name);
  return found == all.end() ? std::nullopt : std::optional(*found);
}

TEST(Info, TellsWhenAnArrayWasMade) {
  using namespace std::chrono;
  const TestName name;
  const auto before = system_clock::now() - seconds(2);  // Files are stamped by a coarser clock.
  create(name.name(), Kind::float64, {4});
  const auto created = info(name.name()).created;
  if (!created) GTEST_SKIP() << "this file system does not keep birth times";
  EXPECT_GT(*created, before);
  EXPECT_LT(*created, system_clock::now() + seconds(2));
}

TEST(Remove, TakesTheNameAndLeavesTheDataToItsHolders) {
  const TestName name;
  auto array = Array<double>::create(name.text(), {4});
  remove(name.name());
  EXPECT_FALSE(name.taken());
  array(1) = 2.5;
  EXPECT_EQ(array(1), 2.5);
  EXPECT_EQ(errc_of([&] { remove(name.name()); }), Errc::not_found);
  EXPECT_EQ(errc_of([&] { remove(name.name(), true); }), Errc::not_found);
}

TEST(Remove, RefusesWhatIsNoArrayUnlessForced) {
  const TestName rubbish;
  rubbish.write("no array");
  EXPECT_EQ(errc_of([&] { remove(rubbish.name()); }), Errc::not_an_array);
  EXPECT_TRUE(rubbish.taken());
  remove(rubbish.name(), true);
  EXPECT_FALSE(rubbish.taken());
  const TestName ghost;  // What a crashed SharedArray leaves.
  ghost.write("");
  EXPECT_EQ(errc_of([&] { remove(ghost.name()); }), Errc::not_an_array);
  remove(ghost.name(), true);
  EXPECT_FALSE(ghost.taken());
}

TEST(Remove, TakesADamagedFileThatCannotBeReadIfForced) {
  const TestName name;
  name.write("no array");
  ASSERT_EQ(::chmod(name.path().c_str(), 0), 0);
  remove(name.name(), true);
  EXPECT_FALSE(name.taken());
}

TEST(Remove, RefusesWhatIsNoRegularFileAndNeverTakesADirectory) {
  const TestName directory;
  const TestName fifo;
  const TestName socket;
  const TestName link;
  std::filesystem::create_directory(directory.path());
  ASSERT_EQ(::mkfifo(fifo.path().c_str(), 0600), 0);
  make_socket(socket.path());
  std::filesystem::create_symlink("/etc/passwd", link.path());
  for (const TestName* name : {&directory, &fifo, &socket, &link}) {
    EXPECT_EQ(errc_of([&] { remove(name->name()); }), Errc::not_an_array);
    EXPECT_TRUE(name->taken());
  }
  EXPECT_EQ(errc_of([&] { remove(directory.name(), true); }), Errc::not_an_array);
  EXPECT_TRUE(directory.taken());
  remove(link.name(), true);
  EXPECT_TRUE(std::filesystem::exists("/etc/passwd"));
}

TEST(List, HasArraysAndReasonsInTheOrderOfNames) {
  const TestName array;
  create(array.name(), Kind::int16, {3, 5});
  const TestName rubbish;
  rubbish.write("no array");
  const TestName damaged;
  damaged.write(std::string(120, 'd') + doubles(548, {-3, -5}).text());
  const auto good = listed(array);
  ASSERT_TRUE(good && good->info);
  EXPECT_FALSE(good->error);
  EXPECT_EQ(good->info->shape, (Shape{3, 5}));
  EXPECT_EQ(good->info->inode, info(array.name()).inode);
  for (const TestName* name : {&rubbish, &damaged}) {
    const auto bad = listed(*name);
    ASSERT_TRUE(bad && bad->error);
    EXPECT_FALSE(bad->info);
    EXPECT_EQ(bad->error->errc(), Errc::not_an_array);
    EXPECT_NE(std::string(bad->error->what()).find(name->text()), std::string::npos);
  }
  const auto all = list();
  EXPECT_TRUE(std::ranges::is_sorted(all, {}, [](const ListEntry& entry) { return entry.name.text(); }));
}

TEST(List, GoesOnPastEveryKindOfFile) {
  const TestName directory;
  const TestName fifo;
  const TestName socket;
  const TestName link;
  std::filesystem::create_directory(directory.path());
  ASSERT_EQ(::mkfifo(fifo.path().c_str(), 0600), 0);
  make_socket(socket.path());
  std::filesystem::create_symlink("/etc/passwd", link.path());
  const TestName array;
  create(array.name(), Kind::int16, {3, 5});
  ASSERT_TRUE(listed(array));
  for (const TestName* name : {&directory, &fifo, &socket, &link}) {
    const auto entry = listed(*name);
    if (entry) {
      EXPECT_EQ(entry->error->errc(), Errc::not_an_array);
    }
  }
}

TEST(List, NamesWhatOthersKeepPrivate) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root, to become somebody else";
  const TestName name;
  create(name.name(), Kind::int16, {3, 5});
  const ChildEnd end = in_child([&] {
    if (::setgid(65534) != 0 || ::setuid(65534) != 0) return 98;
    const auto entry = listed(name);
    return entry && entry->error && entry->error->errc() == Errc::failed ? 0 : 1;
  });
  EXPECT_EQ(end.exit_code, 0);
}

TEST(Attachments, AreTheProcessesThatMapIt) {
  const TestName name;
  const auto array = create(name.name(), Kind::float64, {4});
  const auto attached_pids = [&] {
    std::vector<int> pids;
    for (const auto& [pid, command] : attachments(array.info())) {
      EXPECT_FALSE(command.empty());
      pids.push_back(pid);
    }
    return pids;
  };
  EXPECT_EQ(attached_pids(), std::vector<int>{::getpid()});
  {
    int ready[2];
    ASSERT_EQ(::pipe(ready), 0);
    const ChildProcess child([&] {
      const AnyArray mine = AnyArray::attach(name.name());
      char byte = 'r';
      if (::write(ready[1], &byte, 1) != 1) return 1;
      ::pause();
      return 0;
    });
    char byte = 0;
    ASSERT_EQ(::read(ready[0], &byte, 1), 1);
    auto expected = std::vector{::getpid(), child.pid()};
    std::ranges::sort(expected);
    EXPECT_EQ(attached_pids(), expected);
    ::close(ready[0]);
    ::close(ready[1]);
  }
  EXPECT_EQ(attached_pids(), std::vector<int>{::getpid()});
  remove(name.name());
  EXPECT_EQ(attached_pids(), std::vector<int>{::getpid()}) << "also without a name";
}

TEST(Attachments, AreNoneOnceItIsUnmapped) {
  const TestName name;
  create(name.name(), Kind::float64, {4});
  EXPECT_TRUE(attachments(info(name.name())).empty());
}

}  // namespace
}  // namespace shmkit::test
