#include "os/file.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <filesystem>

#include "helpers/error_of.hpp"
#include "helpers/test_name.hpp"
#include "helpers/watchdog.hpp"

namespace shmkit::test {
namespace {

std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

os::Fd open_file(const std::string& path, os::Open open = os::Open::read_write) {
  return os::open_existing(path, open, os::Links::refuse, "x");
}

TEST(OpenExisting, NeverWaitsAndNeverFollowsALinkItMustNot) {
  const Watchdog watchdog(20);
  const TestDirectory directory;
  ASSERT_EQ(::mkfifo((directory / "fifo").c_str(), 0600), 0);
  EXPECT_FALSE(os::status(open_file(directory / "fifo", os::Open::read_only), "x").regular);
  std::ofstream(directory / "file") << "abc";
  std::filesystem::create_symlink("file", directory / "link");
  EXPECT_EQ(errc_of([&] { open_file(directory / "link"); }), Errc::not_an_array);
  const os::Fd followed = os::open_existing(directory / "link", os::Open::read_only, os::Links::follow, "x");
  EXPECT_EQ(os::status(followed, "x").size, 3U);
}

TEST(OpenExisting, TellsTheReasonsApart) {
  const TestDirectory directory;
  std::ofstream(directory / "file") << "abc";
  EXPECT_EQ(errc_of([&] { open_file(directory / "none"); }), Errc::not_found);
  EXPECT_EQ(errc_of([&] { open_file(directory / "file/x"); }), Errc::not_found);
  EXPECT_EQ(errc_of([&] { open_file(directory / "."); }), Errc::not_an_array);
  EXPECT_EQ(errc_of([&] { open_file(directory / std::string(300, 'x')); }), Errc::usage);
}

TEST(OpenExisting, DoesNotLeakDescriptorsIntoOtherPrograms) {
  const TestDirectory directory;
  std::ofstream(directory / "file") << "abc";
  const os::Fd fd = open_file(directory / "file");
  EXPECT_EQ(::fcntl(fd.get(), F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
  EXPECT_EQ(::fcntl(os::duplicate(fd.get(), "x").get(), F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
  EXPECT_EQ(errc_of([&] { os::duplicate(-1, "x"); }), Errc::failed);
}

TEST(Status, IsWhatStatSays) {
  const TestDirectory directory;
  std::ofstream(directory / "file") << "abc";
  ASSERT_EQ(::chmod((directory / "file").c_str(), 0641), 0);
  std::filesystem::create_hard_link(directory / "file", directory / "again");
  struct stat st {};
  ASSERT_EQ(::stat((directory / "file").c_str(), &st), 0);
  const auto status = os::status(open_file(directory / "file"), "x");
  EXPECT_TRUE(status.regular);
  EXPECT_EQ(status.size, 3U);
  EXPECT_EQ(status.mode, 0641U);
  EXPECT_EQ(status.owner, st.st_uid);
  EXPECT_EQ(status.inode, st.st_ino);
  EXPECT_EQ(status.device, st.st_dev);
  EXPECT_EQ(status.links, 2U);
}

TEST(ReadAt, StopsAtTheEndOfTheFile) {
  const TestDirectory directory;
  std::ofstream(directory / "file") << "abcdef";
  const os::Fd fd = open_file(directory / "file");
  std::array<std::byte, 4> out{};
  EXPECT_EQ(os::read_at(fd, out, 1, "x"), 4U);
  EXPECT_EQ(std::memcmp(out.data(), "bcde", 4), 0);
  EXPECT_EQ(os::read_at(fd, out, 4, "x"), 2U);
  EXPECT_EQ(os::read_at(fd, out, 6, "x"), 0U);
  EXPECT_EQ(os::read_at(fd, out, 100, "x"), 0U);
}

TEST(WriteAt, WritesAllOrThrows) {
  const TestDirectory directory;
  std::ofstream(directory / "file") << "abcdef";
  os::write_at(open_file(directory / "file"), bytes_of("XYZ"), 4, "x");
  EXPECT_EQ(read_file(directory / "file"), "abcdXYZ");
  const os::Fd read_only = open_file(directory / "file", os::Open::read_only);
  EXPECT_EQ(errc_of([&] { os::write_at(read_only, bytes_of("x"), 0, "x"); }), Errc::failed);
}

TEST(WriteAt, SaysThatADeviceIsFull) {
  const os::Fd full = os::open_existing("/dev/full", os::Open::read_write, os::Links::refuse, "full");
  EXPECT_EQ(errc_of([&] { os::write_at(full, bytes_of("x"), 0, "full"); }), Errc::no_space);
}

TEST(InMemory, IsTrueForSharedMemoryAndFalseForProc) {
  const TestName name;
  name.write("x");
  const os::Fd fd = open_file(name.path());
  EXPECT_TRUE(os::in_memory(fd));
  EXPECT_EQ(os::size_unit(fd), 1U);
  EXPECT_FALSE(
      os::in_memory(os::open_existing("/proc/self/maps", os::Open::read_only, os::Links::follow, "x")));
}

TEST(DirectoryEntries, AreSortedAndComplete) {
  const TestDirectory directory;
  for (const char* leaf : {"b", "a c", ".hidden", "\xff"}) std::ofstream(directory / leaf).close();
  EXPECT_EQ(os::directory_entries(directory / ""), (std::vector<std::string>{".hidden", "a c", "b", "\xff"}));
  EXPECT_EQ(errc_of([&] { os::directory_entries(directory / "none"); }), Errc::not_found);
}

TEST(UnlinkFile, TakesNamesButNoDirectories) {
  const TestDirectory directory;
  std::ofstream(directory / "file").close();
  os::unlink_file(directory / "file", "x");
  EXPECT_TRUE(directory.empty());
  EXPECT_EQ(errc_of([&] { os::unlink_file(directory / "file", "x"); }), Errc::not_found);
  std::filesystem::create_directory(directory / "d");
  EXPECT_EQ(errc_of([&] { os::unlink_file(directory / "d", "x"); }), Errc::not_an_array);
}

}  // namespace
}  // namespace shmkit::test
