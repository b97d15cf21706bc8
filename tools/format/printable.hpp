#pragma once

#include <string>
#include <string_view>

namespace shmkit::tool {

/// The text with what could move the cursor, break a line or is not UTF-8 written as "\xNN": control
/// characters (C0, DEL, and C1 in UTF-8) and malformed bytes. File names may contain any of them, and
/// everybody may put a file into /dev/shm.
std::string printable(std::string_view text);

}  // namespace shmkit::tool
