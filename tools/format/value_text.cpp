#include "format/value_text.hpp"

#include <fmt/format.h>

#include "format/float_text.hpp"

namespace shmkit::tool {
namespace {

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

std::string value_text(const Value& value) { return std::visit(Text{value.dtype}, value.scalar); }

}  // namespace shmkit::tool
