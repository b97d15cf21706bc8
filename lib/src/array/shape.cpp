#include <shmkit/shape.hpp>

#include <algorithm>
#include <charconv>
#include <limits>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <shmkit/error.hpp>

namespace shmkit {
namespace {

constexpr std::uint64_t kMaxSize = std::numeric_limits<std::int64_t>::max();

// NumPy's rule: the product of the extents other than zero must not overflow either.
std::uint64_t checked_size(std::span<const std::uint64_t> extents) {
  std::uint64_t size = 1;
  bool empty = false;
  for (const auto extent : extents) {
    if (extent == 0) {
      empty = true;
    } else if (extent > kMaxSize || __builtin_mul_overflow(size, extent, &size) || size > kMaxSize) {
      throw Error(Errc::usage, fmt::format("shape ({}) has too many elements", fmt::join(extents, ", ")),
                  "an array has at most 2^63 - 1 elements");
    }
  }
  return empty ? 0 : size;
}

[[noreturn]] void refuse(std::string_view text) {
  throw Error(Errc::usage, fmt::format("'{}' is not a shape", text),
              "a shape looks like 3,5,7 or 12; () has no axes");
}

std::string_view trimmed(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  return text.substr(0, text.find_last_not_of(' ') + 1);
}

std::uint64_t parse_extent(std::string_view part, std::string_view text) {
  const std::string_view digits = trimmed(part);
  std::uint64_t extent = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), extent);
  if (error != std::errc() || end != digits.data() + digits.size()) refuse(text);
  return extent;
}

// Python's tuple of one has a comma at the end.
std::string_view without_decoration(std::string_view text) {
  std::string_view plain = trimmed(text);
  const bool bracketed = plain.size() >= 2 && ((plain.front() == '(' && plain.back() == ')') ||
                                               (plain.front() == '[' && plain.back() == ']'));
  if (bracketed) plain = trimmed(plain.substr(1, plain.size() - 2));
  if (plain.size() > 1 && plain.back() == ',') plain.remove_suffix(1);
  return plain;
}

}  // namespace

Shape::Shape(std::initializer_list<std::uint64_t> extents)
    : Shape(std::span(extents.begin(), extents.size())) {}

Shape::Shape(std::span<const std::uint64_t> extents) : extents_(extents.begin(), extents.end()) {
  if (extents.size() > kMaxRank) {
    throw Error(Errc::usage, fmt::format("{} axes are too many", extents.size()),
                fmt::format("at most {}", kMaxRank));
  }
  size_ = checked_size(extents_);
}

Shape Shape::parse(std::string_view text) {
  const std::string_view plain = without_decoration(text);
  std::vector<std::uint64_t> extents;
  for (std::size_t begin = 0; !plain.empty() && begin <= plain.size();) {
    const std::size_t end = std::min(plain.find_first_of(",x", begin), plain.size());
    extents.push_back(parse_extent(plain.substr(begin, end - begin), text));
    begin = end + 1;
  }
  return Shape(std::span<const std::uint64_t>(extents));
}

std::string Shape::text() const {
  return fmt::format("({}{})", fmt::join(extents_, ", "), rank() == 1 ? "," : "");
}

}  // namespace shmkit
