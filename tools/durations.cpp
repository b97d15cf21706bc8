#include "durations.hpp"

#include <charconv>

#include <fmt/format.h>

#include <shmkit/error.hpp>

namespace shmkit::tool {

std::chrono::duration<double> parse_seconds(std::string_view option, const std::string& text) {
  constexpr double kYear = 366 * 24 * 3600.0;
  double seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  const bool whole = !text.empty() && error == std::errc() && end == text.data() + text.size();
  if (whole && seconds > 0 && seconds <= kYear) return std::chrono::duration<double>(seconds);
  throw Error(Errc::usage, fmt::format("--{} '{}' is not a time in seconds", option, text),
              "a number above zero, for instance 2.5");
}

}  // namespace shmkit::tool
