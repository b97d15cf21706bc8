#include "format/value_text.hpp"

#include <fmt/format.h>

#include "format/float_text.hpp"

namespace shmkit::tool {
namespace {

constexpr std::size_t kColumns = 75;

struct Text {
  const DType& dtype;

  std::string operator()(std::monostate) const { return "None"; }
  std::string operator()(bool value) const { return value ? "True" : "False"; }
  std::string operator()(std::int64_t value) const { return fmt::to_string(value); }
  std::string operator()(std::uint64_t value) const { return fmt::to_string(value); }
  std::string operator()(float value) const {
    return dtype.kind() == Kind::float16 ? float_text(float16(value)) : float_text(value);
  }
  template <class T>
  std::string operator()(T value) const {
    return float_text(value);
  }
  template <class T>
  std::string operator()(std::complex<T> value) const {
    return complex_text(value);
  }
};

}  // namespace

// As NumPy prints a short array; lists of lists a line each.
std::string value_text(const Value& value) {
  if (value.list.empty()) return std::visit(Text{value.dtype}, value.scalar);
  std::string text;
  std::size_t column = 0;
  for (const Value& element : value.list) {
    const std::string word = value_text(element);
    const bool nested = !element.list.empty();
    const bool first = text.empty();
    const bool wraps = !nested && !first && column + word.size() + 2 > kColumns;
    text += nested ? (first ? "" : "\n") : first ? "[" : wraps ? "\n " : " ";
    column = (wraps || first ? 1 : column + 1) + word.size();
    text += word;
  }
  return value.list.front().list.empty() ? text + "]" : text;
}

}  // namespace shmkit::tool
