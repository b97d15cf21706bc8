#include "format/format_array.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

#include "format/element.hpp"
#include "format/utf8.hpp"

namespace shmkit::tool {
namespace {

constexpr std::uint64_t kThreshold = 1000;
constexpr std::uint64_t kEdge = 3;

/// Which indices of each axis are shown.
class Excerpt {
 public:
  explicit Excerpt(const Shape& shape) : extents_(shape.extents()), summary_(shape.size() > kThreshold) {}

  std::size_t rank() const { return extents_.size(); }
  bool cut(std::size_t axis) const { return summary_ && extents_[axis] > 2 * kEdge; }
  std::uint64_t count(std::size_t axis) const { return cut(axis) ? 2 * kEdge : extents_[axis]; }
  /// The index of the nth one shown.
  std::uint64_t index(std::size_t axis, std::uint64_t nth) const {
    return cut(axis) && nth >= kEdge ? extents_[axis] - 2 * kEdge + nth : nth;
  }

 private:
  std::span<const std::uint64_t> extents_;
  bool summary_;
};

void collect(const View& view, const Excerpt& excerpt, std::size_t axis, const std::byte* origin,
             std::vector<const std::byte*>& elements) {
  if (axis == excerpt.rank()) {
    elements.push_back(origin);
    return;
  }
  for (std::uint64_t nth = 0; nth < excerpt.count(axis); ++nth) {
    const auto index = static_cast<std::int64_t>(excerpt.index(axis, nth));
    collect(view, excerpt, axis + 1, origin + index * view.strides[axis], elements);
  }
}

/// Puts the texts of the elements into lines and brackets.
class Layout {
 public:
  Layout(const Excerpt& excerpt, std::vector<std::string> texts, int width)
      : excerpt_(excerpt), texts_(std::move(texts)), width_(width) {}

  std::string take() {
    block(0);
    return std::move(out_);
  }

 private:
  void block(std::size_t axis) {
    out_ += '[';
    if (axis + 1 == excerpt_.rank())
      row(axis);
    else
      blocks(axis);
    out_ += ']';
  }

  void blocks(std::size_t axis) {
    const std::string separator = std::string(excerpt_.rank() - axis - 1, '\n') + indent(axis);
    for (std::uint64_t nth = 0; nth < excerpt_.count(axis); ++nth) {
      if (nth > 0) out_ += separator;
      if (excerpt_.cut(axis) && nth == kEdge) out_ += "..." + separator;
      block(axis + 1);
    }
  }

  void row(std::size_t axis) {
    // The brackets that close all axes may follow.
    limit_ = width_ - static_cast<int>(excerpt_.rank());
    column_ = static_cast<int>(indent(axis).size());
    line_is_empty_ = true;
    for (std::uint64_t nth = 0; nth < excerpt_.count(axis); ++nth) {
      if (excerpt_.cut(axis) && nth == kEdge) word("...", axis);
      word(texts_[next_++], axis);
    }
  }

  void word(std::string_view text, std::size_t axis) {
    const int length = static_cast<int>(character_count(text));
    if (!line_is_empty_) {
      out_ += ' ';
      ++column_;
      if (column_ + length > limit_) wrap(axis);
    }
    out_ += text;
    column_ += length;
    line_is_empty_ = false;
  }

  void wrap(std::size_t axis) {
    out_.erase(out_.find_last_not_of(' ') + 1);
    out_ += '\n' + indent(axis);
    column_ = static_cast<int>(indent(axis).size());
  }

  static std::string indent(std::size_t axis) { return std::string(axis + 1, ' '); }

  const Excerpt& excerpt_;
  std::vector<std::string> texts_;
  std::size_t next_ = 0;
  int width_;
  int limit_ = 0;
  int column_ = 0;
  bool line_is_empty_ = true;
  std::string out_;
};

}  // namespace

std::string format_array(const View& view, int width) {
  if (view.shape.size() == 0) return "[]";
  if (view.shape.rank() == 0) return element_text(view.dtype, view.origin);
  const Excerpt excerpt(view.shape);
  std::vector<const std::byte*> elements;
  collect(view, excerpt, 0, view.origin, elements);
  return Layout(excerpt, column_texts(view.dtype, elements), width).take();
}

std::string format_array(const DType& dtype, const Shape& shape, std::span<const std::byte> data, int width) {
  return format_array(whole(dtype, shape, data), width);
}

}  // namespace shmkit::tool
