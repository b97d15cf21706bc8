#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <filesystem>
#include <thread>
#include <vector>

#include <shmkit/array.hpp>

#include "helpers/child.hpp"
#include "helpers/error_of.hpp"
#include "helpers/test_name.hpp"
#include "helpers/watchdog.hpp"

// Arrays are born complete. Oracles: the directory listing, stat(2), and rival processes and threads.
namespace shmkit::test {
namespace {

std::uint32_t mode_of(const std::string& path) {
  struct stat st {};
  EXPECT_EQ(::stat(path.c_str(), &st), 0);
  return st.st_mode & 07777U;
}

class MaskedUmask {
 public:
  explicit MaskedUmask(mode_t mask) : previous_(::umask(mask)) {}
  ~MaskedUmask() { ::umask(previous_); }

 private:
  mode_t previous_;
};

Shape ones(std::size_t rank) {
  const std::vector<std::uint64_t> extents(rank, 1);
  return Shape(std::span<const std::uint64_t>(extents));
}

TEST(Draft, HasNoNameBeforeItIsPublished) {
  const TestName name;
  const int before = names_left();
  auto draft = ArrayDraft::create(name.name(), Kind::float64, {4});
  draft.array().writable_elements<double>()[1] = 2.5;
  EXPECT_FALSE(name.taken());
  EXPECT_EQ(names_left(), before);
  EXPECT_EQ(errc_of([&] { AnyArray::attach(name.name()); }), Errc::not_found);
  const AnyArray published = std::move(draft).publish();
  EXPECT_EQ(published.elements<double>()[1], 2.5);
  EXPECT_EQ(AnyArray::attach(name.name()).elements<double>()[1], 2.5);
}

TEST(Draft, ThatIsDestroyedOrWhoseProcessDiesLeavesNothing) {
  const TestName name;
  const int before = names_left();
  { const auto draft = ArrayDraft::create(name.name(), Kind::float64, {1000}); }
  EXPECT_EQ(names_left(), before);
  const ChildEnd end = in_child([&] {
    const auto draft = ArrayDraft::create(name.name(), Kind::float64, {1000});
    ::raise(SIGKILL);
    return 0;
  });
  EXPECT_EQ(end.signal, SIGKILL);
  EXPECT_EQ(names_left(), before);
}

TEST(Draft, IsZeroFilledAndReserved) {
  const TestName name;
  const auto draft = ArrayDraft::create(name.name(), Kind::uint8, {1U << 20U});
  struct stat st {};
  ASSERT_EQ(::fstat(draft.descriptor(), &st), 0);
  EXPECT_EQ(st.st_size, (1 << 20) + 548);
  EXPECT_GE(st.st_blocks * 512, st.st_size);
  const AnyArray array = create(name.name(), Kind::uint8, {1U << 20U});
  EXPECT_TRUE(std::ranges::all_of(array.bytes(), [](std::byte b) { return b == std::byte{0}; }));
}

TEST(Draft, LosesToARivalThatPublishesFirst) {
  const TestName name;
  auto slow = ArrayDraft::create(name.name(), Kind::float64, {4});
  auto fast = ArrayDraft::create(name.name(), Kind::int32, {7});
  std::move(fast).publish();
  EXPECT_EQ(errc_of([&] { std::move(slow).publish(); }), Errc::exists);
  EXPECT_EQ(info(name.name()).shape, Shape{7});
}

TEST(Create, GivesANameToOneOfManyRivals) {
  const Watchdog watchdog(60);
  for (int round = 0; round < 50; ++round) {
    const TestName name;
    std::atomic<int> made = 0;
    std::atomic<int> refused = 0;
    std::vector<std::thread> rivals;
    for (int i = 0; i < 4; ++i) {
      rivals.emplace_back([&] {
        try {
          create(name.name(), Kind::float64, {4});
          ++made;
        } catch (const Error& e) {
          if (e.errc() == Errc::exists) ++refused;
        }
      });
    }
    for (auto& rival : rivals) rival.join();
    EXPECT_EQ(made, 1);
    EXPECT_EQ(refused, 3);
  }
}

TEST(Create, SaysEarlyThatANameIsTaken) {
  const TestName array;
  create(array.name(), Kind::float64, {4});
  const TestName rubbish;
  rubbish.write("no array");
  const TestName link;
  std::filesystem::create_symlink("nowhere", link.path());
  for (const TestName* name : {&array, &rubbish, &link}) {
    const Error error = error_of([&] { ArrayDraft::create(name->name(), Kind::float64, {4}); });
    EXPECT_EQ(error.errc(), Errc::exists);
    EXPECT_FALSE(error.hint().empty());
  }
}

// A name that cannot be looked up is not a name that is taken.
TEST(Create, SaysWhyItCannotMakeAName) {
  const TestDirectory directory;
  EXPECT_EQ(errc_of([&] { create(directory.name("none/x"), Kind::float64, {4}); }), Errc::not_found);
  EXPECT_EQ(errc_of([&] { create(directory.name(std::string(300, 'x')), Kind::float64, {4}); }), Errc::usage);
  if (::geteuid() != 0) GTEST_SKIP() << "the rest needs root, to become somebody else";
  std::filesystem::create_directory(directory / "private");
  std::filesystem::permissions(directory / "private", std::filesystem::perms::owner_all);
  const ChildEnd end = in_child([&] {
    if (::setgid(65534) != 0 || ::setuid(65534) != 0) return 98;
    const Error error = error_of([&] { create(directory.name("private/x"), Kind::float64, {4}); });
    if (error.errc() != Errc::failed) return 1;
    return std::string(error.what()).find("Permission denied") == std::string::npos ? 2 : 0;
  });
  EXPECT_EQ(end.exit_code, 0);
}

TEST(Create, GivesExactlyTheModeAskedForWhateverTheUmask) {
  for (const mode_t mask : {0U, 022U, 077U, 0777U}) {
    const MaskedUmask masked(mask);
    for (const std::uint32_t mode : {0600U, 0644U, 0666U, 0777U, 0400U, 0U}) {
      const TestName name;
      create(name.name(), Kind::float64, {4}, {.mode = mode});
      EXPECT_EQ(mode_of(name.path()), mode);
      if ((mode & 0400U) == 0 && ::geteuid() != 0) continue;  // Nobody can see that it is an array.
      create(name.name(), Kind::float64, {4}, {.mode = 0640, .replace = true});
      EXPECT_EQ(mode_of(name.path()), 0640U);
    }
  }
  const TestName name;
  create(name.name(), Kind::float64, {4});
  EXPECT_EQ(mode_of(name.path()), 0600U);
  EXPECT_EQ(errc_of([&] { create(name.name(), Kind::float64, {4}, {.mode = 01777}); }), Errc::usage);
}

TEST(Create, ReplacesAnArrayAndLeavesTheOldOneToItsHolders) {
  const TestName name;
  auto old_array = Array<double>::create(name.text(), {4});
  old_array(0) = 1.0;
  auto draft = ArrayDraft::create(name.name(), Kind::int32, {7}, {.replace = true});
  EXPECT_EQ(info(name.name()).shape, Shape{4}) << "until it is published";
  std::move(draft).publish();
  EXPECT_EQ(info(name.name()).shape, Shape{7});
  EXPECT_EQ(old_array(0), 1.0);
  EXPECT_EQ(names_left(), 1);
}

TEST(Create, ReplacesWhereThereIsNothingToReplace) {
  const TestName name;
  create(name.name(), Kind::float64, {4}, {.replace = true});
  EXPECT_EQ(info(name.name()).shape, Shape{4});
}

TEST(Create, ReplacesArraysOnly) {
  const TestName name;
  name.write("no array");
  EXPECT_EQ(errc_of([&] { create(name.name(), Kind::float64, {4}, {.replace = true}); }), Errc::not_an_array);
  EXPECT_EQ(read_file(name.path()), "no array");
}

// All replacers succeed, and at every moment the name leads to one complete array.
TEST(Create, ReplacesFromManyThreadsAtOnce) {
  const Watchdog watchdog(60);
  const TestName name;
  create(name.name(), Kind::int32, {1});
  std::atomic<bool> stop = false;
  std::atomic<int> failures = 0;
  const auto replace = [&](std::uint64_t extent) {
    for (int i = 0; i < 300; ++i) {
      try {
        create(name.name(), Kind::int32, {extent}, {.replace = true});
      } catch (const Error& e) {
        if (failures++ == 0) ADD_FAILURE() << e.what();
      }
    }
  };
  std::thread reader([&] {
    while (!stop) EXPECT_EQ(AnyArray::attach(name.name()).info().trailer, TrailerKind::dual);
  });
  std::vector<std::thread> writers;
  for (std::uint64_t i = 1; i <= 3; ++i) writers.emplace_back(replace, i);
  for (auto& writer : writers) writer.join();
  stop = true;
  reader.join();
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(names_left(), 1);
}

TEST(Create, MakesRanksUpTo27) {
  for (const std::size_t rank : {0U, 1U, 19U, 20U, 26U, 27U}) {
    const TestName name;
    create(name.name(), Kind::float64, ones(rank));
    EXPECT_EQ(info(name.name()).shape.rank(), rank);
    EXPECT_EQ(info(name.name()).trailer, TrailerKind::dual);
  }
  const TestName name;
  EXPECT_EQ(errc_of([&] { create(name.name(), Kind::float64, ones(28)); }), Errc::usage);
  EXPECT_EQ(errc_of([&] { create(name.name(), Kind::float64, ones(64)); }), Errc::usage);
  EXPECT_FALSE(name.taken());
}

TEST(Create, RefusesSizesThatCannotBe) {
  const TestName name;
  const std::uint64_t big = std::uint64_t{1} << 61U;
  EXPECT_EQ(errc_of([&] { create(name.name(), Kind::float64, {big}); }), Errc::usage);
  EXPECT_EQ(errc_of([&] { create(name.name(), Kind::uint8, {0x7FFFFFFFFFFFFFFF}); }), Errc::usage);
  EXPECT_EQ(errc_of([&] { create(name.name(), Kind::uint8, {std::uint64_t{1} << 55U}); }), Errc::no_space);
  EXPECT_FALSE(name.taken());
}

TEST(Create, TakesTheLongestNameAlsoToReplaceIt) {
  const std::string prefix = name_prefix() + "long-";
  const Name name = Name::parse(prefix + std::string(255 - prefix.size(), 'x'));
  create(name, Kind::float64, {4});
  create(name, Kind::float64, {5}, {.replace = true});
  EXPECT_EQ(info(name).shape, Shape{5});
  remove(name);
  EXPECT_EQ(names_left(), 0);
}

TEST(Create, WorksOnADisk) {
  const TestDirectory directory;
  { ArrayDraft::create(directory.name("a"), Kind::float64, {4}); }
  EXPECT_TRUE(directory.empty());
  create(directory.name("a"), Kind::float64, {4}, {.mode = 0644});
  EXPECT_EQ(mode_of(directory / "a"), 0644U);
  EXPECT_EQ(errc_of([&] { create(directory.name("a"), Kind::float64, {4}); }), Errc::exists);
  create(directory.name("a"), Kind::float64, {5}, {.replace = true});
  EXPECT_EQ(info(directory.name("a")).shape, Shape{5});
  remove(directory.name("a"));
  EXPECT_TRUE(directory.empty());
}

TEST(Create, KeepsAUnitOfTime) {
  const TestName name;
  create(name.name(), DType::parse("datetime64[25s]"), {3});
  EXPECT_EQ(AnyArray::attach(name.name()).dtype().name(), "datetime64[25s]");
}

TEST(Draft, LetsOthersFillItThroughItsDescriptor) {
  const TestName name;
  auto draft = ArrayDraft::create(name.name(), Kind::uint8, {4});
  const int descriptor = draft.descriptor();
  const ChildEnd end = in_child([&] { return ::pwrite(descriptor, "abcd", 4, 0) == 4 ? 0 : 1; });
  EXPECT_EQ(end.exit_code, 0);
  const AnyArray array = std::move(draft).publish();
  EXPECT_EQ(std::memcmp(array.bytes().data(), "abcd", 4), 0);
}

}  // namespace
}  // namespace shmkit::test
