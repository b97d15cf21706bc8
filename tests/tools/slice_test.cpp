#include "format/slice.hpp"

#include <array>
#include <numeric>

#include <gtest/gtest.h>

#include <shmkit/error.hpp>

#include "format/format_array.hpp"

namespace shmkit::tool {
namespace {

// The oracle: NumPy on numpy.arange(12).reshape(3, 4). tests/python/test_array_format.py tries thousands of
// others.

class Slice : public testing::Test {
 protected:
  Slice() { std::iota(numbers_.begin(), numbers_.end(), 0); }

  View table() const { return whole(Kind::int32, {3, 4}, std::as_bytes(std::span(numbers_))); }
  std::string shown(std::string_view text) const { return format_array(slice(table(), text)); }
  std::string message(std::string_view text) const {
    try {
      return shown(text);
    } catch (const Error& error) {
      EXPECT_EQ(error.errc(), Errc::usage);
      return error.what();
    }
  }

 private:
  std::array<std::int32_t, 12> numbers_{};
};

TEST_F(Slice, TakesIntegers) {
  EXPECT_EQ(shown("0"), "[0 1 2 3]");
  EXPECT_EQ(shown("-1"), "[ 8  9 10 11]");
  EXPECT_EQ(shown("1, -2"), "6");
}

TEST_F(Slice, TakesRanges) {
  EXPECT_EQ(shown("1:, 1:3"), "[[ 5  6]\n [ 9 10]]");
  EXPECT_EQ(shown("::2, -1"), "[ 3 11]");
  EXPECT_EQ(shown("::-1, 0"), "[8 4 0]");
  EXPECT_EQ(shown(":, 3:0:-2"), "[[ 3  1]\n [ 7  5]\n [11  9]]");
}

TEST_F(Slice, CutsRangesOffAsPythonDoes) {
  EXPECT_EQ(shown("-99:99, 0"), "[0 4 8]");
  EXPECT_EQ(shown("7:9"), "[]");
  EXPECT_EQ(shown("0, 99999999999999999999:-99999999999999999999:-9223372036854775808"), "[3]");
}

TEST_F(Slice, TakesAnEllipsis) {
  EXPECT_EQ(shown("..., 1"), "[1 5 9]");
  EXPECT_EQ(shown("1, ..."), "[4 5 6 7]");
  EXPECT_EQ(shown("1, ..., 2"), "6");
  EXPECT_EQ(format_array(slice(slice(table(), "1, 2"), "...")), "6");
}

TEST_F(Slice, CopiesNothing) {
  const View all = table();
  const View last = slice(all, "-1, ::-1");
  EXPECT_EQ(last.origin, all.origin + 11 * sizeof(std::int32_t));
  EXPECT_EQ(last.strides, std::vector<std::int64_t>{-4});
  EXPECT_EQ(last.shape, (Shape{4}));
}

TEST_F(Slice, RefusesWithTheWordsOfNumPy) {
  EXPECT_EQ(message("7"), "index 7 is out of bounds for axis 0 with size 3");
  EXPECT_EQ(message("0, -5"), "index -5 is out of bounds for axis 1 with size 4");
  EXPECT_EQ(message("0, 0, 0"), "too many indices for array: array is 2-dimensional, but 3 were indexed");
  EXPECT_EQ(message("..., ..."), "an index can only have a single ellipsis ('...')");
  EXPECT_EQ(message("::0"), "slice step cannot be zero");
}

TEST_F(Slice, GivesAHintForTextThatIsNoIndex) {
  for (const char* text : {"", " ", "a", "1.5", "1 2", "1:2:3:4", ",", "None", "1:x", "--1", "..", "0x1"}) {
    try {
      slice(table(), text);
      ADD_FAILURE() << "accepted: " << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.errc(), Errc::usage);
      EXPECT_FALSE(error.hint().empty()) << text;
    }
  }
}

TEST_F(Slice, StaysWithinArraysWithoutElements) {
  const View empty = whole(Kind::float64, {0, std::uint64_t{1} << 62U}, {});
  const View part = slice(empty, ":, -1");
  EXPECT_EQ(part.origin, empty.origin);
  EXPECT_EQ(format_array(part), "[]");
}

}  // namespace
}  // namespace shmkit::tool
