#include "format/string_text.hpp"

#include <gtest/gtest.h>

#include "format/utf8.hpp"

namespace shmkit::tool {
namespace {

// The oracle: Python's repr(), and the tables of RFC 3629. tests/python/test_array_format.py tries every code
// point.

TEST(BytesRepr, EscapesAsPythonDoes) {
  EXPECT_EQ(bytes_repr("ab\xFE"), R"(b'ab\xfe')");
  EXPECT_EQ(bytes_repr("\n\r\t\\"), R"(b'\n\r\t\\')");
  EXPECT_EQ(bytes_repr("it's"), R"(b"it's")");
  EXPECT_EQ(bytes_repr("'\""), R"(b'\'"')");
}

TEST(StringRepr, WritesLettersAndEscapesTheRest) {
  EXPECT_EQ(string_repr(U"caf\u00E9"), "'caf\xC3\xA9'");
  EXPECT_EQ(string_repr(U"\u00AD\u2028\U000E0001"), R"('\xad\u2028\U000e0001')");
  const std::u32string surrogate(1, char32_t{0xDC00});
  const std::u32string beyond(1, char32_t{0x110000});
  EXPECT_EQ(string_repr(surrogate), R"('\udc00')");
  EXPECT_EQ(string_repr(beyond), R"('\U00110000')");
}

TEST(BytesOf, DropsThePaddingOnly) {
  const std::string element("a\0b\0\0", 5);
  EXPECT_EQ(bytes_of(std::as_bytes(std::span(element))), std::string_view("a\0b", 3));
  EXPECT_EQ(bytes_of({}), "");
}

TEST(VoidText, EscapesEveryByte) {
  const std::string element("\0\xAB", 2);
  EXPECT_EQ(void_text(std::as_bytes(std::span(element))), R"(b'\x00\xAB')");
}

TEST(ToUtf8, EncodesTheEndsOfEachLength) {
  EXPECT_EQ(to_utf8(U"\x7F\x80\u07FF\u0800\uFFFF\U00010000\U0010FFFF"),
            "\x7F\xC2\x80\xDF\xBF\xE0\xA0\x80\xEF\xBF\xBF\xF0\x90\x80\x80\xF4\x8F\xBF\xBF");
}

TEST(ToUtf8, ReplacesWhatIsNoCharacter) {
  const std::u32string wrong = {char32_t{0xD800}, char32_t{0xDFFF}, char32_t{0x110000}, char32_t{0xFFFFFFFF}};
  EXPECT_EQ(to_utf8(wrong), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST(EscapeInvalidUtf8, LeavesEveryCodePointAlone) {
  for (char32_t code = 0; code <= 0x10FFFF; ++code) {
    const std::string text = to_utf8(std::u32string(1, code));
    ASSERT_EQ(escape_invalid_utf8(text), text) << static_cast<std::uint32_t>(code);
  }
}

TEST(EscapeInvalidUtf8, EscapesWhatRfc3629Forbids) {
  EXPECT_EQ(escape_invalid_utf8("\x80"), R"(\x80)");                          // a continuation alone
  EXPECT_EQ(escape_invalid_utf8("\xC3"), R"(\xc3)");                          // cut off
  EXPECT_EQ(escape_invalid_utf8("\xC0\xAF"), R"(\xc0\xaf)");                  // overlong
  EXPECT_EQ(escape_invalid_utf8("\xE0\x9F\xBF"), R"(\xe0\x9f\xbf)");          // overlong
  EXPECT_EQ(escape_invalid_utf8("\xED\xA0\x80"), R"(\xed\xa0\x80)");          // a surrogate
  EXPECT_EQ(escape_invalid_utf8("\xF4\x90\x80\x80"), R"(\xf4\x90\x80\x80)");  // beyond U+10FFFF
  EXPECT_EQ(escape_invalid_utf8("\xF0\x8F\xBF\xBF"), R"(\xf0\x8f\xbf\xbf)");  // overlong
  EXPECT_EQ(escape_invalid_utf8("a\xFF\xC3\xA9"), "a\\xff\xC3\xA9");
}

TEST(CharacterCount, CountsCodePoints) {
  EXPECT_EQ(character_count(""), 0U);
  EXPECT_EQ(character_count("a\xC3\xA9\xF0\x9F\x98\x80"), 3U);
}

}  // namespace
}  // namespace shmkit::tool
