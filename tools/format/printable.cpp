#include "format/printable.hpp"

#include <fmt/format.h>

#include "format/utf8.hpp"

namespace shmkit::tool {
namespace {

bool is_ascii_control(unsigned char c) { return c < 0x20 || c == 0x7F; }

// U+0080 to U+009F, the two bytes C2 80 to C2 9F.
bool is_c1(std::string_view rest) {
  return rest.size() >= 2 && rest[0] == '\xC2' && static_cast<unsigned char>(rest[1]) < 0xA0;
}

}  // namespace

std::string printable(std::string_view text) {
  const std::string valid = escape_invalid_utf8(text);
  std::string shown;
  for (std::size_t i = 0; i < valid.size(); ++i) {
    const auto c = static_cast<unsigned char>(valid[i]);
    if (is_ascii_control(c)) {
      shown += fmt::format("\\x{:02x}", c);
    } else if (is_c1(std::string_view(valid).substr(i))) {
      shown += fmt::format("\\x{:02x}", static_cast<unsigned char>(valid[++i]));
    } else {
      shown += valid[i];
    }
  }
  return shown;
}

}  // namespace shmkit::tool
