#include "os/mapping.hpp"

#include <gtest/gtest.h>
#include <sys/mount.h>

#include <cstring>
#include <filesystem>

#include "helpers/child.hpp"
#include "helpers/error_of.hpp"
#include "helpers/mount_namespace.hpp"
#include "helpers/test_name.hpp"

// Oracle: the file's own bytes, read by other means.
namespace shmkit::test {
namespace {

os::Fd open_file(const TestName& name, os::Open open) {
  return os::open_existing(name.path(), open, os::Links::refuse, name.text());
}

TEST(Mapping, IsSharedWithTheFileAndOutlivesItsDescriptor) {
  const TestName name;
  name.write("abcdef");
  os::Mapping mapping;
  {
    const os::Fd fd = open_file(name, os::Open::read_write);
    mapping = os::Mapping(fd, 6, os::Open::read_write, name.text());
  }
  EXPECT_EQ(mapping.size(), 6U);
  EXPECT_EQ(std::memcmp(mapping.data(), "abcdef", 6), 0);
  std::memcpy(mapping.data(), "XY", 2);
  EXPECT_EQ(read_file(name.path()), "XYcdef");
}

TEST(Mapping, CanBeReadOnlyWhereTheFileIs) {
  const TestName name;
  name.write("abcdef");
  const os::Fd fd = open_file(name, os::Open::read_only);
  const os::Mapping mapping(fd, 6, os::Open::read_only, name.text());
  EXPECT_EQ(std::memcmp(mapping.data(), "abcdef", 6), 0);
  EXPECT_EQ(errc_of([&] { os::Mapping(fd, 6, os::Open::read_write, name.text()); }), Errc::failed);
}

TEST(Mapping, OfMoreThanTheAddressSpaceIsAnError) {
  const TestName name;
  name.write("abcdef");
  const os::Fd fd = open_file(name, os::Open::read_only);
  const Error error =
      error_of([&] { os::Mapping(fd, std::uint64_t{1} << 60U, os::Open::read_only, name.text()); });
  EXPECT_EQ(error.errc(), Errc::no_space);
  EXPECT_NE(std::string(error.what()).find(name.text()), std::string::npos);
}

TEST(Mapping, PopulatesHolesWithoutWriting) {
  const TestName name;
  name.write("");
  std::filesystem::resize_file(name.path(), 1U << 20U);
  const os::Fd fd = open_file(name, os::Open::read_only);
  const os::Mapping mapping(fd, 1U << 20U, os::Open::read_only, name.text());
  EXPECT_EQ(mapping.resident_bytes(), 0U);
  mapping.populate(name.text());
  EXPECT_EQ(mapping.resident_bytes(), std::uint64_t{1} << 20U);
  EXPECT_GE(os::status(fd, name.text()).stored, std::uint64_t{1} << 20U);
}

TEST(Mapping, SaysThatHolesCannotBeFilled) {
  const TestDirectory directory;
  const ChildEnd end = in_child([&] {
    if (!enter_mount_namespace() || ::mount("none", (directory / "").c_str(), "tmpfs", 0, "size=1m") != 0)
      return kNotPermitted;
    std::ofstream(directory / "a").close();
    std::filesystem::resize_file(directory / "a", 4U << 20U);
    const os::Fd fd = os::open_existing(directory / "a", os::Open::read_only, os::Links::refuse, "a");
    const os::Mapping mapping(fd, 4U << 20U, os::Open::read_only, "a");
    return errc_of([&] { mapping.populate("a"); }) == Errc::no_space ? 0 : 1;
  });
  if (end.exit_code == kNotPermitted) GTEST_SKIP() << "mount namespaces are not permitted here";
  EXPECT_EQ(end.exit_code, 0);
}

TEST(Prefault, BringsInPagesAndForgivesNonsense) {
  const TestName name;
  name.write("");
  std::filesystem::resize_file(name.path(), 1U << 20U);
  const os::Fd fd = open_file(name, os::Open::read_write);
  const os::Mapping mapping(fd, 1U << 20U, os::Open::read_write, name.text());
  os::prefault(mapping.data() + 5000, 100, true);
  EXPECT_GE(mapping.resident_bytes(), 4096U);
  std::filesystem::resize_file(name.path(), 0);
  os::prefault(mapping.data(), mapping.size(), true);  // A hint: no SIGBUS.
  os::prefault(mapping.data(), 0, false);
}

}  // namespace
}  // namespace shmkit::test
