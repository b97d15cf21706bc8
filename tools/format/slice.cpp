#include "format/slice.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include <shmkit/error.hpp>

namespace shmkit::tool {
namespace {

constexpr const char* kHint =
    "Write an index per axis, separated by commas, as in Python: 0, -1, 1:5, ::2 or '...'.";

[[noreturn]] void fail(std::string message, std::string hint = {}) {
  throw Error(Errc::usage, std::move(message), std::move(hint));
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (std::size_t end = 0; (end = text.find(separator)) != std::string_view::npos;
       text.remove_prefix(end + 1)) {
    parts.push_back(trimmed(text.substr(0, end)));
  }
  parts.push_back(trimmed(text));
  return parts;
}

/// Numbers beyond 64 bits become the nearest limit: for a slice that is what Python makes of them.
std::int64_t parse_integer(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc::invalid_argument || end != text.data() + text.size()) {
    fail(fmt::format("'{}' is not an index.", text), kHint);
  }
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  if (error == std::errc::result_out_of_range) return text.front() == '-' ? -kMost : kMost;
  return std::max(number, -kMost);  // So that it can be negated.
}

std::optional<std::int64_t> parse_optional(std::string_view text) {
  return text.empty() ? std::nullopt : std::optional(parse_integer(text));
}

/// What is left of one axis: `count` elements from `start`, `step` apart.
struct Range {
  std::int64_t start;
  std::int64_t step;
  std::int64_t count;
};

/// Python's rule (the documentation of slice.indices): a negative bound counts from the end, then it is cut
/// off to [0, size], or to [-1, size - 1] if the step is negative.
Range parse_range(std::string_view text, std::int64_t size) {
  const std::vector<std::string_view> parts = split(text, ':');
  if (parts.size() > 3) fail(fmt::format("'{}' is not a slice.", text), kHint);
  const std::int64_t step = parts.size() == 3 ? parse_optional(parts[2]).value_or(1) : 1;
  if (step == 0) fail("slice step cannot be zero");
  const std::int64_t low = step > 0 ? 0 : -1;
  const std::int64_t high = step > 0 ? size : size - 1;
  const auto bound = [&](std::string_view part, std::int64_t otherwise) {
    const std::optional<std::int64_t> number = parse_optional(part);
    if (!number) return otherwise;
    return std::clamp(*number < 0 ? *number + size : *number, low, high);
  };
  const std::int64_t start = bound(parts[0], step > 0 ? low : high);
  const std::int64_t stop = bound(parts[1], step > 0 ? high : low);
  const std::int64_t distance = step > 0 ? stop - start : start - stop;
  if (distance <= 0) return {0, 1, 0};
  return {start, step, (distance - 1) / std::abs(step) + 1};
}

std::int64_t parse_position(std::string_view text, std::size_t axis, std::int64_t size) {
  const std::int64_t index = parse_integer(text);
  if (index < -size || index >= size) {
    fail(fmt::format("index {} is out of bounds for axis {} with size {}", text, axis, size));
  }
  return index < 0 ? index + size : index;
}

/// Replaces "..." by as many ":" as there are axes left.
std::vector<std::string_view> parse_items(std::string_view text, std::size_t rank) {
  std::vector<std::string_view> items = split(text, ',');
  if (items.size() > 1 && items.back().empty()) items.pop_back();  // "0," is a tuple in Python.
  const auto dots = std::ranges::find(items, "...");
  const bool any_dots = dots != items.end();
  if (std::ranges::count(items, "...") > 1) fail("an index can only have a single ellipsis ('...')");
  const std::size_t given = items.size() - (any_dots ? 1 : 0);
  if (given > rank) {
    fail(
        fmt::format("too many indices for array: array is {}-dimensional, but {} were indexed", rank, given));
  }
  const auto place = any_dots ? items.erase(dots) : items.end();
  items.insert(place, rank - given, ":");
  return items;
}

/// Builds a view axis by axis.
class Selection {
 public:
  explicit Selection(const View& view) : view_(view) {}

  void select(std::string_view item) {
    const auto size = static_cast<std::int64_t>(view_.shape.extent(axis_));
    if (item.find(':') == std::string_view::npos) {
      move_by(parse_position(item, axis_, size));
    } else {
      const Range range = parse_range(item, size);
      move_by(range.start);
      extents_.push_back(static_cast<std::uint64_t>(range.count));
      strides_.push_back(range.count > 1 ? multiply(view_.strides[axis_], range.step) : view_.strides[axis_]);
    }
    ++axis_;
  }

  View take() {
    const Shape shape(extents_);
    // A selection without elements stays where it is: its start may lie outside of the memory.
    return {view_.dtype, shape, std::move(strides_),
            shape.size() == 0 ? view_.origin : view_.origin + offset_};
  }

 private:
  // Wraps, for arrays without elements only: their strides mean nothing.
  static std::int64_t multiply(std::int64_t a, std::int64_t b) {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(b));
  }
  void move_by(std::int64_t count) {
    const std::int64_t step = multiply(view_.strides[axis_], count);
    offset_ =
        static_cast<std::int64_t>(static_cast<std::uint64_t>(offset_) + static_cast<std::uint64_t>(step));
  }

  const View& view_;
  std::size_t axis_ = 0;
  std::int64_t offset_ = 0;
  std::vector<std::uint64_t> extents_;
  std::vector<std::int64_t> strides_;
};

}  // namespace

View slice(const View& view, std::string_view text) {
  if (trimmed(text).empty()) fail("The index is empty.", kHint);
  Selection selection(view);
  for (const std::string_view item : parse_items(text, view.shape.rank())) selection.select(item);
  return selection.take();
}

}  // namespace shmkit::tool
