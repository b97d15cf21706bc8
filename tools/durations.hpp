#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace shmkit::tool {

/// The seconds of an option: "2", "0.5". Throws Error (usage): no number, not above zero, more than a year.
std::chrono::duration<double> parse_seconds(std::string_view option, const std::string& text);

}  // namespace shmkit::tool
