#include "format/string_text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include <fmt/format.h>

#include "format/utf8.hpp"

namespace shmkit::tool {
namespace {

constexpr char32_t kLastCodePoint = 0x10FFFF;

struct Range {
  char32_t first;
  char32_t last;
};

/// Unicode 14: the general categories Cc, Cf, Cs, Co, Zl, Zp and Zs without the space, and the large gaps.
constexpr std::array kUnprintable =
    std::to_array<Range>({{0x0, 0x1F},        {0x7F, 0xA0},       {0xAD, 0xAD},
                          {0x600, 0x605},     {0x61C, 0x61C},     {0x6DD, 0x6DD},
                          {0x70F, 0x70F},     {0x890, 0x891},     {0x8E2, 0x8E2},
                          {0x1680, 0x1680},   {0x180E, 0x180E},   {0x2000, 0x200F},
                          {0x2028, 0x202F},   {0x205F, 0x206F},   {0x3000, 0x3000},
                          {0xD800, 0xF8FF},   {0xFDD0, 0xFDEF},   {0xFEFF, 0xFEFF},
                          {0xFFF0, 0xFFFB},   {0xFFFE, 0xFFFF},   {0x110BD, 0x110BD},
                          {0x110CD, 0x110CD}, {0x13430, 0x143FF}, {0x1BCA0, 0x1CEFF},
                          {0x1D173, 0x1D17A}, {0x3134B, 0xE00FF}, {0xE01F0, kLastCodePoint}});

bool printable(char32_t character) {
  const auto* range = std::ranges::lower_bound(kUnprintable, character, {}, &Range::last);
  return character <= kLastCodePoint && (range == kUnprintable.end() || character < range->first);
}

std::string escape(char32_t character) {
  const auto number = static_cast<std::uint32_t>(character);
  switch (character) {
    case U'\n':
      return "\\n";
    case U'\r':
      return "\\r";
    case U'\t':
      return "\\t";
    default:
      break;
  }
  if (number <= 0xFF) return fmt::format("\\x{:02x}", number);
  return number <= 0xFFFF ? fmt::format("\\u{:04x}", number) : fmt::format("\\U{:08x}", number);
}

/// Python prefers single quotes, unless the text has some and no double ones.
char quote_for(bool has_single, bool has_double) { return has_single && !has_double ? '"' : '\''; }

template <class View, class Printable>
std::string quoted(View characters, Printable is_printable) {
  using Char = typename View::value_type;
  const auto has = [&](char c) { return characters.find(static_cast<Char>(c)) != View::npos; };
  const char quote = quote_for(has('\''), has('"'));
  std::string text(1, quote);
  for (const Char element : characters) {
    const auto character = static_cast<char32_t>(static_cast<std::make_unsigned_t<Char>>(element));
    if (character == U'\\' || character == static_cast<unsigned char>(quote)) text += '\\';
    if (is_printable(character))
      append_utf8(text, character);
    else
      text += escape(character);
  }
  return text + quote;
}

}  // namespace

std::string_view bytes_of(std::span<const std::byte> element) {
  const std::string_view all(reinterpret_cast<const char*>(element.data()), element.size());
  return all.substr(0, all.find_last_not_of('\0') + 1);
}

std::u32string characters_of(std::span<const std::byte> element) {
  std::u32string characters(element.size() / sizeof(char32_t), U'\0');
  if (!characters.empty()) std::memcpy(characters.data(), element.data(), element.size());
  characters.resize(characters.find_last_not_of(U'\0') + 1);
  return characters;
}

std::string bytes_repr(std::string_view bytes) {
  return fmt::format("b{}", quoted(bytes, [](char32_t c) { return c >= 0x20 && c < 0x7F; }));
}

std::string string_repr(std::u32string_view characters) { return quoted(characters, printable); }

std::string to_utf8(std::u32string_view characters) {
  std::string text;
  for (const char32_t character : characters) append_utf8(text, character);
  return text;
}

std::string void_text(std::span<const std::byte> element) {
  std::string text = "b'";
  for (const std::byte byte : element) text += fmt::format("\\x{:02X}", std::to_integer<unsigned>(byte));
  return text + "'";
}

}  // namespace shmkit::tool
