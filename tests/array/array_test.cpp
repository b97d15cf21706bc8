#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <numeric>

#include <shmkit/array.hpp>

#include "helpers/child.hpp"
#include "helpers/error_of.hpp"
#include "helpers/sparse_array.hpp"
#include "helpers/test_name.hpp"

// attach() and the handles. Oracles: bytes written by hand into files, other processes, and stat(2).
namespace shmkit::test {
namespace {

std::uint64_t stored_bytes(const std::string& path) {
  struct stat st {};
  EXPECT_EQ(::stat(path.c_str(), &st), 0);
  return static_cast<std::uint64_t>(st.st_blocks) * 512;
}

TEST(Attach, SharesTheElementsWithEveryHandleAndProcess) {
  const TestName name;
  auto first = Array<double>::create(name.text(), {3, 4});
  auto second = Array<double>::attach(name.text());
  first(2, 3) = 1.5;
  EXPECT_EQ(second(2, 3), 1.5);
  EXPECT_EQ(second.flat()[11], 1.5);
  const ChildEnd end = in_child([&] {
    auto third = Array<double>::attach(name.text());
    third(0, 1) = third(2, 3) * 2;
    return 0;
  });
  EXPECT_EQ(end.exit_code, 0);
  EXPECT_EQ(first(0, 1), 3.0);
}

TEST(Attach, SaysWhatTheArrayIs) {
  const TestName name;
  create(name.name(), Kind::int16, {3, 5}, {.mode = 0640});
  const AnyArray array = AnyArray::attach(name.name());
  EXPECT_EQ(array.dtype(), DType(Kind::int16));
  EXPECT_EQ(array.shape(), (Shape{3, 5}));
  EXPECT_EQ(array.access(), Access::read_write);
  EXPECT_EQ(array.bytes().size(), 30U);
  const ArrayInfo& info = array.info();
  EXPECT_EQ(info.name, name.name());
  EXPECT_EQ(info.nbytes, 30U);
  EXPECT_EQ(info.file_bytes, 578U);
  EXPECT_GE(info.stored_bytes, info.file_bytes);
  EXPECT_EQ(info.data_offset, 0U);
  EXPECT_EQ(info.trailer, TrailerKind::dual);
  EXPECT_EQ(info.mode, 0640U);
  EXPECT_EQ(info.owner, ::geteuid());
  struct stat st {};
  ASSERT_EQ(::stat(name.path().c_str(), &st), 0);
  EXPECT_EQ(info.inode, st.st_ino);
  EXPECT_EQ(info.device, st.st_dev);
}

TEST(Attach, ReadOnlyRefusesWritableElements) {
  const TestName name;
  create(name.name(), Kind::float64, {4});
  AnyArray array = AnyArray::attach(name.name(), Access::read_only);
  EXPECT_EQ(array.access(), Access::read_only);
  EXPECT_EQ(array.elements<double>()[3], 0.0);
  EXPECT_EQ(errc_of([&] { array.writable_bytes(); }), Errc::usage);
  EXPECT_EQ(errc_of([&] { array.writable_elements<double>(); }), Errc::usage);
  auto typed = Array<double>::attach(name.text(), Access::read_only);
  EXPECT_EQ(errc_of([&] { typed.flat(); }), Errc::usage);
  EXPECT_EQ(std::as_const(typed)(3), 0.0);
}

TEST(Attach, ReadOnlyIsEnforcedByTheMemoryItself) {
  const TestName name;
  create(name.name(), Kind::float64, {4});
  const auto write_through = [&](Access access) {
    return in_child([&] {
      const AnyArray array = AnyArray::attach(name.name(), access);
      *const_cast<volatile std::byte*>(array.bytes().data()) = std::byte{1};
      return 0;
    });
  };
  EXPECT_EQ(write_through(Access::read_only).signal, SIGSEGV);
  EXPECT_EQ(write_through(Access::read_write).exit_code, 0);
}

TEST(Attach, ReadOnlyNeedsNoPermissionToWrite) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root, to become somebody else";
  const TestName name;
  create(name.name(), Kind::float64, {4}, {.mode = 0644});
  const TestName secret;
  create(secret.name(), Kind::float64, {4}, {.mode = 0600});
  const ChildEnd end = in_child([&] {
    if (::setgid(65534) != 0 || ::setuid(65534) != 0) return 98;
    AnyArray::attach(name.name(), Access::read_only);
    if (errc_of([&] { AnyArray::attach(name.name()); }) != Errc::failed) return 1;
    const Error error = error_of([&] { AnyArray::attach(secret.name(), Access::read_only); });
    return std::string(error.what()).find("Permission denied") == std::string::npos ? 2 : 0;
  });
  EXPECT_EQ(end.exit_code, 0);
}

TEST(Attach, RefusesTheWrongElementType) {
  const TestName name;
  create(name.name(), Kind::float64, {4});
  EXPECT_EQ(errc_of([&] { Array<float>::attach(name.text()); }), Errc::not_an_array);
  EXPECT_EQ(errc_of([&] { Array<std::int64_t>::attach(name.text()); }), Errc::not_an_array);
  EXPECT_NO_THROW(Array<double>::attach(name.text()));
}

TEST(Attach, SaysWhatIsMissing) {
  const TestName name;
  EXPECT_EQ(errc_of([&] { AnyArray::attach(name.name()); }), Errc::not_found);
  EXPECT_EQ(errc_of([&] { AnyArray::attach(Name::parse("file:///no/such/directory/x")); }), Errc::not_found);
}

TEST(Attach, RefusesWhatIsNoRegularFile) {
  const TestName target;
  create(target.name(), Kind::float64, {4});
  const TestName directory;
  const TestName fifo;
  const TestName link;
  std::filesystem::create_directory(directory.path());
  ASSERT_EQ(::mkfifo(fifo.path().c_str(), 0600), 0);
  std::filesystem::create_symlink(target.path(), link.path());
  for (const TestName* name : {&directory, &fifo, &link}) {
    for (const Access access : {Access::read_only, Access::read_write}) {
      EXPECT_EQ(errc_of([&] { AnyArray::attach(name->name(), access); }), Errc::not_an_array);
    }
    EXPECT_EQ(errc_of([&] { info(name->name()); }), Errc::not_an_array);
  }
}

TEST(Attach, FollowsLinksOutsideSharedMemory) {
  const TestDirectory directory;
  create(directory.name("a"), Kind::float64, {4});
  std::filesystem::create_symlink(directory / "a", directory / "b");
  EXPECT_EQ(AnyArray::attach(directory.name("b")).shape(), Shape{4});
}

TEST(Attach, ReservesTheHolesOfASparseArray) {
  for (const Access access : {Access::read_write, Access::read_only}) {
    const TestName name;
    make_sparse(name.path(), 1 << 17);
    ASSERT_LT(stored_bytes(name.path()), 1U << 16U);
    const AnyArray array = AnyArray::attach(name.name(), access);
    EXPECT_GE(stored_bytes(name.path()), array.info().file_bytes);
    EXPECT_EQ(std::filesystem::file_size(name.path()), array.info().file_bytes);
    EXPECT_EQ(array.elements<double>()[100'000], 0.0);
  }
}

TEST(Attach, LeavesHolesAloneIfToldTo) {
  const TestName name;
  make_sparse(name.path(), 1 << 17);
  const std::uint64_t before = stored_bytes(name.path());
  const AnyArray array = AnyArray::attach(name.name(), Access::read_write, Holes::keep);
  EXPECT_EQ(stored_bytes(name.path()), before);
  EXPECT_EQ(array.elements<double>().size(), 1U << 17U);
}

TEST(Attach, KeepsWhatASparseArrayHolds) {
  const TestName name;
  make_sparse(name.path(), 1 << 17);
  const double value = 2.5;
  std::fstream(name.path(), std::ios::binary | std::ios::in | std::ios::out)
      .seekp(8 * 70'000)
      .write(reinterpret_cast<const char*>(&value), 8);
  const AnyArray array = AnyArray::attach(name.name());
  const auto elements = array.elements<double>();
  EXPECT_EQ(elements[70'000], 2.5);
  EXPECT_EQ(std::accumulate(elements.begin(), elements.end(), 0.0), 2.5);
}

TEST(Attach, OnADiskReadsHolesWithoutFillingThem) {
  const TestDirectory directory;
  make_sparse(directory / "a", 1 << 17);
  const std::uint64_t before = stored_bytes(directory / "a");
  const AnyArray array = AnyArray::attach(directory.name("a"), Access::read_only);
  EXPECT_EQ(array.elements<double>()[5], 0.0);
  EXPECT_EQ(stored_bytes(directory / "a"), before);
}

TEST(Attach, RefusesAnArrayThatCannotEverFit) {
  const TestName name;
  make_sparse(name.path(), std::int64_t{1} << 50);  // 8 PiB
  EXPECT_EQ(errc_of([&] { AnyArray::attach(name.name()); }), Errc::no_space);
  EXPECT_EQ(errc_of([&] { AnyArray::attach(name.name(), Access::read_only); }), Errc::no_space);
  EXPECT_EQ(info(name.name()).shape, Shape{std::uint64_t{1} << 50U}) << "it can be looked at";
}

TEST(Array, CountsItsResidentPages) {
  const TestName name;
  AnyArray array = create(name.name(), Kind::uint8, {1U << 20U});
  std::ranges::fill(array.writable_bytes(), std::byte{1});  // Pages that are only reserved do not count.
  EXPECT_GE(array.resident_bytes(), std::uint64_t{1} << 20U);
  const TestName sparse;
  make_sparse(sparse.path(), 1 << 20);
  EXPECT_LE(AnyArray::attach(sparse.name(), Access::read_write, Holes::keep).resident_bytes(), 1U << 16U);
}

TEST(Array, WithoutElementsOrAxesWorks) {
  const TestName scalar;
  auto zero_d = Array<double>::create(scalar.text(), {});
  zero_d() = 4.5;
  EXPECT_EQ(Array<double>::attach(scalar.text())(), 4.5);
  EXPECT_EQ(zero_d.flat().size(), 1U);
  const TestName nothing;
  auto empty = Array<double>::create(nothing.text(), {0, 3});
  EXPECT_TRUE(empty.flat().empty());
  EXPECT_EQ(Array<double>::attach(nothing.text()).shape(), (Shape{0, 3}));
}

TEST(Array, StaysUsableWhenItsHandleMoves) {
  const TestName name;
  AnyArray first = create(name.name(), Kind::int32, {4});
  first.writable_elements<std::int32_t>()[2] = 7;
  AnyArray second = std::move(first);
  EXPECT_EQ(second.elements<std::int32_t>()[2], 7);
  const TestName other;
  second = create(other.name(), Kind::int32, {1});
  EXPECT_EQ(second.shape(), Shape{1});
}

TEST(Array, ComputesOffsetsInCOrder) {
  const TestName name;
  auto array = Array<std::int32_t>::create(name.text(), {2, 3, 4});
  std::iota(array.flat().begin(), array.flat().end(), 0);
  EXPECT_EQ(array(0, 0, 0), 0);
  EXPECT_EQ(array(1, 2, 3), 23);
  EXPECT_EQ(array(1, 0, 2), 14);
}

}  // namespace
}  // namespace shmkit::test
