#include <shmkit/name.hpp>

#include <gtest/gtest.h>

#include <filesystem>

#include "helpers/error_of.hpp"

// Oracle: what shm_open(3) of the GNU C library does with names, and SharedArray's two schemes.
namespace shmkit::test {
namespace {

TEST(Name, OfSharedMemoryLosesItsSchemeAndLeadingSlashes) {
  for (const char* text : {"x", "/x", "///x", "shm://x", "shm:///x"}) {
    const Name name = Name::parse(text);
    EXPECT_TRUE(name.in_shared_memory());
    EXPECT_EQ(name.path(), "/dev/shm/x");
    EXPECT_EQ(name.text(), "x");
    EXPECT_EQ(name.url(), "shm://x");
    EXPECT_EQ(name, Name::parse("x"));
  }
}

TEST(Name, MayHoldSpacesUnicodeAndControlCharacters) {
  for (const char* text : {"a b", "größe 数", ".hidden", "a:b", "-x", "x\ny", "\xff\xfe", "shm:x"}) {
    const Name name = Name::parse(text);
    EXPECT_EQ(name.path(), std::string("/dev/shm/") + text);
    EXPECT_EQ(Name::parse(name.text()), name);
    EXPECT_EQ(Name::parse(name.url()), name);
  }
}

TEST(Name, OfAFileIsTakenVerbatim) {
  const Name absolute = Name::parse("file:///data/a b%20c");
  EXPECT_FALSE(absolute.in_shared_memory());
  EXPECT_EQ(absolute.path(), "/data/a b%20c");
  EXPECT_EQ(absolute.text(), "file:///data/a b%20c");
  EXPECT_EQ(absolute.url(), absolute.text());
  const Name relative = Name::parse("file://data/x");
  EXPECT_EQ(relative.path(), (std::filesystem::current_path() / "data/x").string());
  EXPECT_EQ(relative.text(), "file://data/x");
  EXPECT_NE(relative, absolute);
}

TEST(Name, OfAFileInSharedMemoryIsTheSameSegment) {
  EXPECT_EQ(Name::parse("file:///dev/shm/x"), Name::parse("x"));
  EXPECT_FALSE(Name::parse("file:///dev/shm/x").in_shared_memory());
}

TEST(Name, RefusesWhatCannotBeOne) {
  for (const char* text :
       {"",          "/",       "///",      "shm://", "shm:///", "a/b",          "/a/b",
        "shm://a/b", ".",       "..",       "/..",    "shm://.", "file://",      "file://a/",
        "file:///",  "SHM://x", "http://x", "://x",   "a://",    "shm://shm://x"}) {
    EXPECT_EQ(errc_of([&] { Name::parse(text); }), Errc::usage) << text;
  }
  EXPECT_EQ(errc_of([&] { Name::parse(std::string_view("a\0b", 3)); }), Errc::usage);
  EXPECT_EQ(errc_of([&] { Name::parse(std::string_view("file://a\0b", 10)); }), Errc::usage);
}

TEST(Name, HasAtMost255Bytes) {
  EXPECT_EQ(Name::parse(std::string(255, 'x')).text().size(), 255U);
  EXPECT_EQ(Name::parse("shm:////" + std::string(255, 'x')).text().size(), 255U);
  EXPECT_EQ(errc_of([&] { Name::parse(std::string(256, 'x')); }), Errc::usage);
}

}  // namespace
}  // namespace shmkit::test
