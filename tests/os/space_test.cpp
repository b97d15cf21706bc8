#include "os/space.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <csignal>
#include <filesystem>

#include <shmkit/array.hpp>

#include "helpers/error_of.hpp"
#include "helpers/fake_cgroup.hpp"
#include "helpers/sparse_array.hpp"
#include "os/file.hpp"

// Oracle: fstat(2) and statvfs(3) on one hand; on the other limits that the test sets itself, in children.
namespace shmkit::test {
namespace {

constexpr std::uint64_t kMiB = 1U << 20U;

os::Fd open_new(const TestName& name) {
  name.write("");
  return os::open_existing(name.path(), os::Open::read_write, os::Links::refuse, name.text());
}

FakeCgroups limited_to(std::uint64_t mib) {
  return {"0::/job\n",
          {{"cg", "cgroup2 rw"}},
          {{"cg/job/memory.max", std::to_string(mib * kMiB)}, {"cg/job/memory.current", "0"}}};
}

bool names(const Error& error, std::initializer_list<const char*> words) {
  return std::ranges::all_of(
      words, [&](const char* word) { return (error.what() + error.hint()).find(word) != std::string::npos; });
}

/// Sets a limit on the size of files that does not end this process by a signal.
void limit_file_size(rlim_t bytes) {
  const rlimit limit{bytes, RLIM_INFINITY};
  ::setrlimit(RLIMIT_FSIZE, &limit);
}

TEST(Reserve, MakesEveryByteStored) {
  const TestName name;
  const os::Fd fd = open_new(name);
  os::reserve(fd, 3 * kMiB + 5, name.text());
  const auto status = os::status(fd, name.text());
  EXPECT_EQ(status.size, 3 * kMiB + 5);
  EXPECT_GE(status.stored, 3 * kMiB + 5);
  os::reserve(fd, kMiB, name.text());
  EXPECT_EQ(os::status(fd, name.text()).size, 3 * kMiB + 5) << "never shrinks";
}

TEST(Reserve, OfMoreThanOneSliceIsComplete) {
  if (os::available_space("/dev/shm") < 1024 * kMiB) GTEST_SKIP() << "needs a gigabyte in /dev/shm";
  const TestName name;
  const os::Fd fd = open_new(name);
  os::reserve(fd, 300 * kMiB, name.text());
  EXPECT_GE(os::status(fd, name.text()).stored, 300 * kMiB);
}

TEST(Reserve, OfARangeLeavesTheRestAlone) {
  const TestName name;
  const os::Fd fd = open_new(name);
  os::reserve_range(fd, 2 * kMiB, kMiB, name.text());
  const auto status = os::status(fd, name.text());
  EXPECT_EQ(status.size, 3 * kMiB);
  EXPECT_GE(status.stored, kMiB);
  EXPECT_LT(status.stored, 2 * kMiB);
}

TEST(Reserve, SaysWhatTheFileSystemLacks) {
  const TestName name;
  const os::Fd fd = open_new(name);
  const Error error = error_of([&] { os::reserve(fd, std::uint64_t{1} << 60U, name.text()); });
  EXPECT_EQ(error.errc(), Errc::no_space);
  EXPECT_TRUE(names(error, {name.text().c_str(), "needs 1152921504606846976 bytes", "bytes free", "file://"}))
      << error.what();
  EXPECT_EQ(os::status(fd, name.text()).size, 0U);
}

TEST(Reserve, RespectsTheFileSizeLimitInsteadOfDyingOfIt) {
  const TestName name;
  const ChildEnd end = in_child([&] {
    const os::Fd fd = open_new(name);
    limit_file_size(kMiB);
    os::reserve(fd, kMiB, name.text());
    const Error error = error_of([&] { os::reserve(fd, kMiB + 1, name.text()); });
    return error.errc() == Errc::no_space && names(error, {"file size limit", "1048576", "ulimit -f"}) ? 0
                                                                                                       : 1;
  });
  EXPECT_EQ(end.exit_code, 0);
  EXPECT_EQ(end.signal, 0);
}

// The limit is on growing a file; the holes inside one are no growth.
TEST(Reserve, FillsHolesOfAFileThatIsLargerThanTheFileSizeLimit) {
  const TestName name;
  const ChildEnd end = in_child([&] {
    make_sparse(name.path(), 1 << 17);
    limit_file_size(4096);
    const AnyArray array = AnyArray::attach(name.name());
    return array.elements<double>()[100'000] == 0 ? 0 : 1;
  });
  EXPECT_EQ(end.exit_code, 0);
}

TEST(Reserve, RespectsTheMemoryCgroup) {
  const ChildEnd end = with_cgroups(limited_to(8), [] {
    const TestName name;
    const os::Fd fd = open_new(name);
    os::reserve(fd, 8 * kMiB, name.text());
    const Error error = error_of([&] { os::reserve(fd, 17 * kMiB, name.text()); });
    return error.errc() == Errc::no_space && names(error, {"9437184", "8388608", "memory cgroup", "/job"})
               ? 0
               : 1;
  });
  if (end.exit_code == kNotPermitted) GTEST_SKIP() << "mount namespaces are not permitted here";
  EXPECT_EQ(end.exit_code, 0);
}

TEST(Reserve, OfAFileOnADiskDoesNotCountAsMemory) {
  const TestDirectory directory;
  std::ofstream(directory / "a").close();
  const os::Fd fd = os::open_existing(directory / "a", os::Open::read_write, os::Links::refuse, "a");
  if (os::in_memory(fd)) GTEST_SKIP() << "temporary files are in memory here";
  const ChildEnd end = with_cgroups(limited_to(1), [&] {
    os::reserve(fd, 2 * kMiB, "a");
    return 0;
  });
  if (end.exit_code == kNotPermitted) GTEST_SKIP() << "mount namespaces are not permitted here";
  EXPECT_EQ(end.exit_code, 0);
}

// Past the limit of a memory cgroup the kernel kills: holes need the same look at it as new arrays.
TEST(Attach, OfASparseArrayRespectsTheMemoryCgroup) {
  const TestName name;
  make_sparse(name.path(), 1 << 21);  // 16 MiB
  for (const Access access : {Access::read_write, Access::read_only}) {
    const ChildEnd end = with_cgroups(limited_to(8), [&] {
      const Error error = error_of([&] { AnyArray::attach(name.name(), access); });
      return error.errc() == Errc::no_space && names(error, {"memory cgroup"}) ? 0 : 1;
    });
    if (end.exit_code == kNotPermitted) GTEST_SKIP() << "mount namespaces are not permitted here";
    EXPECT_EQ(end.exit_code, 0);
  }
}

TEST(AvailableSpace, IsTheLeastOfFileSystemAndMemory) {
  struct statvfs fs {};
  ASSERT_EQ(::statvfs("/dev/shm", &fs), 0);
  const std::uint64_t space = os::available_space("/dev/shm");
  EXPECT_GT(space, 0U);
  const std::uint64_t most = fs.f_blocks == 0 ? ~std::uint64_t{0} : std::uint64_t{fs.f_blocks} * fs.f_frsize;
  EXPECT_LE(space, most);
  EXPECT_EQ(os::available_space("/no/such/directory"), 0U);
  const ChildEnd end =
      with_cgroups(limited_to(8), [] { return os::available_space("/dev/shm") == 8 * kMiB ? 0 : 1; });
  if (end.exit_code == kNotPermitted) GTEST_SKIP() << "mount namespaces are not permitted here";
  EXPECT_EQ(end.exit_code, 0);
}

}  // namespace
}  // namespace shmkit::test
