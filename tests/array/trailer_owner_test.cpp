#include "array/trailer_owner.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <limits>
#include <string>

#include <shmkit/array.hpp>

#include "array/trailer_image.hpp"
#include "helpers/child.hpp"
#include "helpers/error_of.hpp"
#include "helpers/test_name.hpp"
#include "os/identity.hpp"

// Owners of arrays. Oracle: bytes put together by hand from the table in docs/segment_format.md, with a CRC
// of the test's own.
namespace shmkit::test {
namespace {

constexpr std::size_t kExtension = 188;  // In the 548-byte trailer.
constexpr std::size_t kOwner = kExtension + 16;

std::uint32_t crc32(const std::string& bytes) {
  std::uint32_t crc = 0xFFFFFFFFU;
  for (const char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int i = 0; i < 8; ++i) crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? 0xEDB88320U : 0U);
  }
  return ~crc;
}

template <class T>
std::string bytes_of(T value) {
  return {reinterpret_cast<const char*>(&value), sizeof(value)};
}

trailer::Owner somebody() {
  trailer::Owner owner{{4711, 4026531836U, 123456789, {}}, 42};
  for (std::size_t i = 0; i < 16; ++i) owner.process.boot_id[i] = std::byte{static_cast<std::uint8_t>(i + 1)};
  return owner;
}

std::string image(std::uint32_t pid = 4711) {
  std::string bytes = bytes_of(pid) + bytes_of(4026531836U) + bytes_of(std::uint64_t{123456789});
  for (char c = 1; c <= 16; ++c) bytes += c;
  bytes += bytes_of(std::uint64_t{42});
  return bytes + bytes_of(crc32(bytes)) + std::string(4, '\0');
}

std::string made(const DType& dtype, const Shape& shape, const std::optional<trailer::Owner>& owner) {
  return text_of(trailer::make(dtype, shape, owner));
}

std::optional<trailer::Owner> owner_in(const std::string& block, const Shape& shape = {3, 5}) {
  const auto found = parse_tail(shape.size() * 8, block);
  EXPECT_EQ(found.kind, TrailerKind::dual);
  EXPECT_EQ(found.shape, shape);
  return found.owner;
}

TEST(TrailerOwner, HasTheBytesOfTheTable) {
  const std::string block = made(Kind::float64, {3, 5}, somebody());
  ASSERT_EQ(image().size(), 48U);
  EXPECT_EQ(block.substr(kExtension, 8), "shmkit-1");
  EXPECT_EQ(block.substr(kOwner, 48), image());
  std::string without = block;
  std::memset(without.data() + kExtension, 0, 64);
  EXPECT_EQ(without, made(Kind::float64, {3, 5}, std::nullopt)) << "nothing else changes";
}

TEST(TrailerOwner, IsReadBackForRanksUpTo19) {
  for (const std::size_t rank : {0U, 1U, 19U}) {
    const std::vector<std::uint64_t> ones(rank, 1);
    const Shape shape{std::span<const std::uint64_t>(ones)};
    EXPECT_EQ(owner_in(made(Kind::float64, shape, somebody()), shape), somebody()) << rank;
  }
}

TEST(TrailerOwner, AndAUnitOfTimeDoNotDisturbEachOther) {
  const DType unit = DType::parse("datetime64[25s]");
  const auto found = parse_tail(120, made(unit, {3, 5}, somebody()));
  EXPECT_EQ(found.dtype, unit);
  EXPECT_EQ(found.owner, somebody());
  EXPECT_FALSE(parse_tail(120, made(unit, {3, 5}, std::nullopt)).owner);
}

// Every single bit: an owner that is not certain is none, and the array stays what it is.
TEST(TrailerOwner, ThatIsDamagedIsNone) {
  const std::string block = made(Kind::float64, {3, 5}, somebody());
  for (std::size_t bit = 0; bit < 44 * 8; ++bit) {
    std::string damaged = block;
    damaged[kOwner + bit / 8] = static_cast<char>(damaged[kOwner + bit / 8] ^ (1 << bit % 8));
    EXPECT_FALSE(owner_in(damaged)) << bit;
  }
  for (std::size_t i = 0; i < 8; ++i) {
    std::string damaged = block;
    damaged[kExtension + i] = '?';
    EXPECT_FALSE(owner_in(damaged)) << i;
  }
}

TEST(TrailerOwner, IsAPidThatCanBe) {
  std::string block = made(Kind::float64, {3, 5}, somebody());
  for (const std::uint32_t pid : {0U, 0x80000000U, 0xFFFFFFFFU}) {
    block.replace(kOwner, 48, image(pid));
    EXPECT_FALSE(owner_in(block)) << pid;
  }
  block.replace(kOwner, 48, image(0x7FFFFFFFU));
  EXPECT_EQ(owner_in(block).value().process.pid, std::numeric_limits<std::int32_t>::max());
}

// Rank 20 and more: the same bytes are extents.
TEST(TrailerOwner, IsOfOurOwnTrailersOnly) {
  const std::string block = made(Kind::float64, {3, 5}, somebody());
  const std::string outer = block.substr(0, 256);
  const auto numpy2 = parse_tail(120, outer + std::string(292, '\0'));
  EXPECT_EQ(numpy2.kind, TrailerKind::numpy2);
  EXPECT_FALSE(numpy2.owner);
  std::string higher = doubles(548, std::vector<std::int64_t>(20, 1)).text();
  higher.replace(kExtension + 8, 56, block.substr(kExtension + 8, 56));
  EXPECT_FALSE(parse_tail(8, higher).owner);
}

TEST(Create, KeepsTheOwnerItIsTold) {
  const TestName name;
  create(name.name(), Kind::int16, {3, 5}, {.owner = ::getpid()});
  const auto owner = info(name.name()).owner_process;
  ASSERT_TRUE(owner);
  EXPECT_EQ(*owner, os::identity_of(::getpid()));
  EXPECT_EQ(life_of(*owner), Life::alive);
  EXPECT_EQ(AnyArray::attach(name.name()).info().owner_process, owner);
  const TestName other;
  create(other.name(), Kind::int16, {3, 5});
  EXPECT_FALSE(info(other.name()).owner_process);
}

TEST(Create, GivesACopyNoOwner) {
  const TestName name;
  const TestName copy;
  create(name.name(), Kind::int16, {3, 5}, {.owner = ::getpid()});
  copy.write(read_file(name.path()));
  EXPECT_EQ(info(copy.name()).shape, (Shape{3, 5}));
  EXPECT_FALSE(info(copy.name()).owner_process);
}

TEST(Create, RefusesAnOwnerThatDoesNotRun) {
  const TestName name;
  ChildProcess child([] { return 0; });
  const pid_t pid = child.pid();
  siginfo_t ended{};
  ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(pid), &ended, WEXITED | WNOWAIT), 0);
  for (const int owner : {-1, pid, std::numeric_limits<int>::max()}) {
    const Error error = error_of([&] { create(name.name(), Kind::int16, {3}, {.owner = owner}); });
    EXPECT_EQ(error.errc(), Errc::usage);
    EXPECT_NE(std::string(error.what()).find("process " + std::to_string(owner)), std::string::npos);
  }
  EXPECT_FALSE(name.taken());
}

TEST(Create, RefusesAnOwnerWhereTheTrailerHasNoRoom) {
  const TestName name;
  const std::vector<std::uint64_t> ones(20, 1);
  const Shape shape{std::span<const std::uint64_t>(ones)};
  const Error error = error_of([&] { create(name.name(), Kind::int16, shape, {.owner = ::getpid()}); });
  EXPECT_EQ(error.errc(), Errc::usage);
  EXPECT_NE(error.hint().find("at most 19 axes"), std::string::npos);
  EXPECT_FALSE(name.taken());
}

// gc takes such names back: no array may have one.
TEST(Create, RefusesTheNamesOfPoolsAndDrafts) {
  const std::string mine = name_prefix();
  for (const std::string& text : {"shmkit-pool.0." + mine, "shmkit-job.0." + mine + ".1.1",
                                  "." + mine + ".shmkit-1-2", "file:///dev/shm/shmkit-pool." + mine}) {
    const Name name = Name::parse(text);
    const Error error = error_of([&] { create(name, Kind::int16, {3}); });
    EXPECT_EQ(error.errc(), Errc::usage) << text;
    EXPECT_NE(std::string(error.what()).find("cannot be an array"), std::string::npos);
    EXPECT_FALSE(std::filesystem::exists(name.path()));
  }
  const TestDirectory directory;
  create(directory.name("shmkit-pool.0.x"), Kind::int16, {3});
}

}  // namespace
}  // namespace shmkit::test
