#pragma once

#include <string>
#include <string_view>

namespace shmkit::tool {

/// The code point as UTF-8. Surrogates and values that are no code points become U+FFFD.
void append_utf8(std::string& text, char32_t character);

/// The text with every byte that is not part of well-formed UTF-8 (RFC 3629) written as "\xNN".
std::string escape_invalid_utf8(std::string_view text);

/// The number of code points. Requires: well-formed UTF-8.
std::size_t character_count(std::string_view text);

}  // namespace shmkit::tool
