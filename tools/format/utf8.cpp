#include "format/utf8.hpp"

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

namespace shmkit::tool {
namespace {

bool continues(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }

/// The length of the sequence at the front of `text`, which is not empty; 0 if it is not well-formed.
std::size_t sequence_length(std::string_view text) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = at(0);
  if (first < 0x80) return 1;
  if (first < 0xC2 || first > 0xF4) return 0;
  const std::size_t length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  if (text.size() < length || !std::ranges::all_of(text.substr(1, length - 1), continues)) return 0;
  // The second byte rules out overlong forms, surrogates and what lies beyond U+10FFFF.
  if (first == 0xE0 && at(1) < 0xA0) return 0;
  if (first == 0xED && at(1) > 0x9F) return 0;
  if (first == 0xF0 && at(1) < 0x90) return 0;
  if (first == 0xF4 && at(1) > 0x8F) return 0;
  return length;
}

}  // namespace

void append_utf8(std::string& text, char32_t character) {
  const bool valid = character <= 0x10FFFF && (character < 0xD800 || character > 0xDFFF);
  const std::uint32_t code = valid ? static_cast<std::uint32_t>(character) : 0xFFFD;
  const auto append = [&](std::uint32_t lead, unsigned shift, std::uint32_t mask) {
    text += static_cast<char>(lead | ((code >> shift) & mask));
  };
  if (code < 0x80) return append(0, 0, 0x7F);
  if (code < 0x800) {
    append(0xC0, 6, 0x1F);
  } else if (code < 0x10000) {
    append(0xE0, 12, 0x0F);
    append(0x80, 6, 0x3F);
  } else {
    append(0xF0, 18, 0x07);
    append(0x80, 12, 0x3F);
    append(0x80, 6, 0x3F);
  }
  append(0x80, 0, 0x3F);
}

std::string escape_invalid_utf8(std::string_view text) {
  std::string escaped;
  while (!text.empty()) {
    const std::size_t length = sequence_length(text);
    if (length == 0) escaped += fmt::format("\\x{:02x}", static_cast<unsigned char>(text.front()));
    escaped += text.substr(0, length);
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return escaped;
}

std::size_t character_count(std::string_view text) {
  return text.size() - static_cast<std::size_t>(std::ranges::count_if(text, continues));
}

}  // namespace shmkit::tool
