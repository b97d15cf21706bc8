#include "os/unnamed_file.hpp"

#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>
#include <vector>

#include <shmkit/array.hpp>

#include "helpers/child.hpp"
#include "helpers/error_of.hpp"
#include "helpers/mount_namespace.hpp"
#include "helpers/test_name.hpp"
#include "os/file.hpp"

// Oracle: the directory listing at every step.
namespace shmkit::test {
namespace {

os::UnnamedFile make(const TestDirectory& directory, const char* content) {
  auto file = os::UnnamedFile::create_for(directory / "x", 0640, "x");
  EXPECT_EQ(::write(file.fd().get(), content, 3), 3);
  return file;
}

/// The temporary name of this process's n-th file (os/unnamed_file.hpp).
std::string temporary_name(const TestDirectory& directory, int n) {
  return directory / (".x.shmkit-" + std::to_string(::getpid()) + "-" + std::to_string(n));
}

TEST(UnnamedFile, HasNoNameUntilItIsPublished) {
  const TestDirectory directory;
  auto file = make(directory, "new");
  EXPECT_TRUE(directory.empty());
  file.publish(false, "x");
  EXPECT_EQ(read_file(directory / "x"), "new");
}

TEST(UnnamedFile, LeavesNothingIfItIsGivenUp) {
  const TestDirectory directory;
  { const auto file = make(directory, "new"); }
  { const auto moved = os::UnnamedFile(make(directory, "new")); }
  EXPECT_TRUE(directory.empty());
}

TEST(UnnamedFile, ReplacesOnlyIfToldTo) {
  const TestDirectory directory;
  std::ofstream(directory / "x") << "old";
  {
    auto file = make(directory, "new");
    EXPECT_EQ(errc_of([&] { file.publish(false, "x"); }), Errc::exists);
    EXPECT_EQ(read_file(directory / "x"), "old");
    file.publish(true, "x");
  }
  EXPECT_EQ(read_file(directory / "x"), "new");
  const auto entries = std::filesystem::directory_iterator(directory / "");
  EXPECT_EQ(std::distance(begin(entries), end(entries)), 1);
}

TEST(UnnamedFile, CannotReplaceADirectory) {
  const TestDirectory directory;
  std::filesystem::create_directory(directory / "x");
  {
    auto file = make(directory, "new");
    EXPECT_EQ(errc_of([&] { file.publish(true, "x"); }), Errc::not_an_array);
  }
  EXPECT_EQ(std::filesystem::remove_all(directory / "x"), 1U);
  EXPECT_TRUE(directory.empty()) << "no temporary name is left";
}

// Temporary names that a dead process of our number left, or one of another PID namespace is using right now,
// are in nobody's way, and stay what they are.
TEST(UnnamedFile, IsNotStoppedByTakenTemporaryNames) {
  const TestDirectory directory;
  for (int n = 0; n < 5000; ++n) std::ofstream(temporary_name(directory, n)) << "old";
  auto file = make(directory, "new");
  file.publish(true, "x");
  EXPECT_EQ(read_file(directory / "x"), "new");
  EXPECT_EQ(read_file(temporary_name(directory, 4999)), "old");
}

std::vector<std::string> leaves(const TestDirectory& directory) {
  return os::directory_entries(directory / "");
}

// Without /proc there is no way to give an O_TMPFILE a name: a temporary name stands in, another one if it is
// taken.
TEST(UnnamedFile, WorksWithoutProc) {
  const TestDirectory directory;
  const Name name = directory.name("x");
  const ChildEnd end = in_child([&] {
    if (!enter_mount_namespace() || ::mount("none", "/proc", "tmpfs", 0, nullptr) != 0) return kNotPermitted;
    std::vector<std::string> taken;
    {
      const auto draft = ArrayDraft::create(name, Kind::float64, {4});
      taken = leaves(directory);
    }
    if (taken.size() != 1 || !leaves(directory).empty()) return 1;
    const int number = std::stoi(taken[0].substr(taken[0].rfind('-') + 1));
    std::ofstream(temporary_name(directory, number + 1)) << "old";
    create(name, Kind::float64, {4});
    if (errc_of([&] { create(name, Kind::float64, {4}); }) != Errc::exists) return 2;
    create(name, Kind::float64, {5}, {.mode = 0644, .replace = true});
    const ArrayInfo made = info(name);
    if (made.shape != Shape{5} || made.mode != 0644) return 3;
    remove(name);
    return leaves(directory).size() == 1 && read_file(temporary_name(directory, number + 1)) == "old" ? 0 : 4;
  });
  if (end.exit_code == kNotPermitted) GTEST_SKIP() << "mount namespaces are not permitted here";
  EXPECT_EQ(end.exit_code, 0);
}

}  // namespace
}  // namespace shmkit::test
