#include <shmkit/map.hpp>

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include <shmkit/error.hpp>

#include "job/partition.hpp"

namespace shmkit {
namespace {

void refuse_null_characters(const std::string& text) {
  const auto null = text.find('\0');
  if (null == std::string::npos) return;
  const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(null), '\n');
  throw Error(Errc::usage, fmt::format("line {} has a null character, which no command can be given", line),
              "--null reads items that end with one");
}

// The distance is that of unsigned numbers, which wraps to the right value for any two signed ones.
std::uint64_t range_size(std::int64_t begin, std::int64_t end, std::int64_t step) {
  const auto from = static_cast<std::uint64_t>(begin);
  const auto to = static_cast<std::uint64_t>(end);
  const auto stride = static_cast<std::uint64_t>(step);
  if (step > 0) return end > begin ? (to - from - 1) / stride + 1 : 0;
  return end < begin ? (from - to - 1) / (0 - stride) + 1 : 0;
}

}  // namespace

MapItems::MapItems(Kind kind, std::uint64_t size) : kind_(kind), size_(size) {
  if (size > kMost)
    throw Error(Errc::usage, fmt::format("{} items are more than the {} that there may be", size, kMost));
}

MapItems MapItems::lines(std::string text, char separator) {
  if (separator != '\0') refuse_null_characters(text);
  if (!text.empty() && text.back() != separator) text += separator;
  MapItems items(Kind::lines, static_cast<std::uint64_t>(std::ranges::count(text, separator)));
  items.ends_.reserve(items.size_);
  for (std::size_t end = text.find(separator); end != std::string::npos; end = text.find(separator, end + 1))
    items.ends_.push_back(end);
  items.text_ = std::move(text);
  return items;
}

MapItems MapItems::range(std::int64_t begin, std::int64_t end, std::int64_t step) {
  if (step == 0) throw Error(Errc::usage, "a range with a step of 0 has no end");
  MapItems items(Kind::range, range_size(begin, end, step));
  items.begin_ = begin;
  items.step_ = step;
  return items;
}

MapItems MapItems::chunks(std::uint64_t elements, std::uint64_t chunks) {
  MapItems items(Kind::chunks, std::min(elements, chunks));
  items.elements_ = elements;
  return items;
}

MapItem MapItems::at(std::uint64_t index) const {
  switch (kind_) {
    case Kind::lines: {
      const std::uint64_t begin = index == 0 ? 0 : ends_[index - 1] + 1;
      return {text_.substr(begin, ends_[index] - begin)};
    }
    case Kind::range: {
      const std::uint64_t offset = index * static_cast<std::uint64_t>(step_);
      return {fmt::to_string(static_cast<std::int64_t>(static_cast<std::uint64_t>(begin_) + offset))};
    }
    case Kind::chunks: {
      const job::Partition partition(elements_, size_);
      const std::uint64_t begin = partition.begin(index);
      const std::uint64_t end = partition.begin(index + 1);
      return {fmt::format("{}:{}", begin, end), begin, end};
    }
  }
  return {};
}

}  // namespace shmkit
