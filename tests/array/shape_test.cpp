#include <shmkit/shape.hpp>

#include <gtest/gtest.h>

#include "helpers/error_of.hpp"

namespace shmkit::test {
namespace {

// Oracle: tuples as Python reads and writes them, and the products by hand.
TEST(Shape, IsParsedFromAllItsSpellings) {
  for (const char* text : {"3,5,7", "3x5x7", "(3, 5, 7)", "[3, 5, 7]", " 3 , 5,7 ", "(3,5,7,)", "3,5,7,"}) {
    EXPECT_EQ(Shape::parse(text), (Shape{3, 5, 7})) << text;
  }
  EXPECT_EQ(Shape::parse("12"), Shape{12});
  EXPECT_EQ(Shape::parse("(12,)"), Shape{12});
  EXPECT_EQ(Shape::parse("0"), Shape{0});
  EXPECT_EQ(Shape::parse("()"), Shape());
  EXPECT_EQ(Shape::parse(""), Shape());
}

TEST(Shape, RefusesWhatIsNone) {
  for (const char* text : {"-3", "3,-1", "a", "3,,5", ",3", ",", "(,)", "3,5,,", "(3", "3)", "(3]", "1e3",
                           "3.0", "+3", "18446744073709551616", "3;5", "((3))", "3,5x", "0b1"}) {
    EXPECT_EQ(errc_of([&] { Shape::parse(text); }), Errc::usage) << text;
  }
}

// Spaces may surround extents; taken out of the middle they would make a number that nobody wrote.
TEST(Shape, DoesNotJoinNumbersAcrossSpaces) {
  for (const char* text : {"3 5 7", "1 000", "3, 5 7", "(3 5)"}) {
    EXPECT_EQ(errc_of([&] { Shape::parse(text); }), Errc::usage) << text;
  }
}

TEST(Shape, PrintsAsPythonDoesAndIsReadBack) {
  const std::vector<std::pair<Shape, std::string>> table = {
      {{}, "()"}, {{12}, "(12,)"}, {{3, 5}, "(3, 5)"}, {{0}, "(0,)"}, {{1, 1, 1}, "(1, 1, 1)"}};
  for (const auto& [shape, text] : table) {
    EXPECT_EQ(shape.text(), text);
    EXPECT_EQ(Shape::parse(text), shape);
  }
}

TEST(Shape, CountsItsElements) {
  EXPECT_EQ(Shape().size(), 1U);
  EXPECT_EQ(Shape().rank(), 0U);
  EXPECT_EQ((Shape{3, 5, 7}).size(), 105U);
  EXPECT_EQ((Shape{3, 0, 7}).size(), 0U);
  EXPECT_EQ((Shape{0x7FFFFFFFFFFFFFFF}).size(), 0x7FFFFFFFFFFFFFFFU);
  EXPECT_EQ((Shape{1U << 31U, 1U << 31U}).size(), std::uint64_t{1} << 62U);
}

TEST(Shape, NeverOverflows) {
  const std::uint64_t big = std::uint64_t{1} << 62U;
  EXPECT_EQ(errc_of([&] { Shape{big, 2}; }), Errc::usage);
  EXPECT_EQ(errc_of([&] { Shape{big, 4}; }), Errc::usage);
  EXPECT_EQ(errc_of([&] { Shape{big, big}; }), Errc::usage);
  EXPECT_EQ(errc_of([&] { Shape{std::uint64_t{1} << 63U}; }), Errc::usage);
  EXPECT_EQ(errc_of([&] { Shape{~std::uint64_t{0}}; }), Errc::usage);
  // As in NumPy, a zero does not excuse the rest.
  EXPECT_EQ(errc_of([&] { Shape{0, big, 4}; }), Errc::usage);
  EXPECT_EQ(errc_of([&] { Shape{big, 4, 0}; }), Errc::usage);
}

TEST(Shape, HasAtMost64Axes) {
  const std::vector<std::uint64_t> ones(65, 1);
  EXPECT_EQ(Shape(std::span(ones).first(64)).rank(), 64U);
  EXPECT_EQ(errc_of([&] { Shape{std::span<const std::uint64_t>(ones)}; }), Errc::usage);
}

TEST(Shape, KnowsItsExtents) {
  const Shape shape{3, 5};
  EXPECT_EQ(shape.extent(1), 5U);
  EXPECT_THROW(shape.extent(2), std::out_of_range);
  EXPECT_NE(shape, (Shape{5, 3}));
  EXPECT_NE(shape, (Shape{15}));
}

}  // namespace
}  // namespace shmkit::test
