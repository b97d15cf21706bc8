#include "format/human.hpp"

#include <array>
#include <cmath>

#include <fmt/format.h>

namespace shmkit::tool {
namespace {

// Just below what would print as 1000.00 or 60.00: then the next larger unit takes over.
constexpr double kThousand = 999.995;
constexpr double kMinute = 59.995;

std::string two_units(std::int64_t amount, std::int64_t ratio, const char* large, const char* small) {
  return fmt::format("{} {} {:02} {}", amount / ratio, large, amount % ratio, small);
}

std::string short_time(double seconds) {
  if (seconds < kThousand * 1e-9) return fmt::format("{:.0f} ns", seconds * 1e9);
  if (seconds < kThousand * 1e-6) return fmt::format("{:.2f} us", seconds * 1e6);
  if (seconds < kThousand * 1e-3) return fmt::format("{:.2f} ms", seconds * 1e3);
  return fmt::format("{:.2f} s", seconds);
}

}  // namespace

std::string human_bytes(std::uint64_t bytes) {
  constexpr std::array kPrefixes = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  if (bytes < 1024) return fmt::format("{} B", bytes);
  double amount = static_cast<double>(bytes) / 1024;
  std::size_t prefix = 0;
  for (; amount >= 1023.995 && prefix + 1 < kPrefixes.size(); ++prefix) amount /= 1024;
  return fmt::format("{:.2f} {}", amount, kPrefixes.at(prefix));
}

std::string human_seconds(double seconds) {
  if (seconds < kMinute) return short_time(seconds);
  const std::int64_t whole = std::llround(seconds);
  if (whole < 3600) return two_units(whole, 60, "min", "s");
  const std::int64_t minutes = std::llround(seconds / 60);
  if (minutes < 1440) return two_units(minutes, 60, "h", "min");
  return two_units(std::llround(seconds / 3600), 24, "d", "h");
}

}  // namespace shmkit::tool
