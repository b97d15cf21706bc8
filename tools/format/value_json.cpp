#include "format/value_json.hpp"

#include <charconv>
#include <limits>
#include <string_view>

#include <fmt/format.h>

#include <shmkit/error.hpp>

#include "format/element.hpp"
#include "format/float_text.hpp"
#include "format/string_text.hpp"
#include "format/time_text.hpp"
#include "format/utf8.hpp"

namespace shmkit::tool {
namespace {

using Json = nlohmann::ordered_json;

/// The double that prints as the shortest digits of `value`.
template <class T>
double shortest_double(T value) {
  const std::string text = float_text(value);
  double number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

template <class T>
Json float_json(T value) {
  if (!std::isfinite(widen(value))) return special_text(widen(value));
  if constexpr (std::is_same_v<T, double>)
    return value;
  else
    return shortest_double(value);
}

Json float_json(long double value) {
  const bool in_range = std::fabs(value) <= std::numeric_limits<double>::max();
  if (in_range && static_cast<double>(value) == value) return static_cast<double>(value);
  return float_text(value);
}

template <class T>
Json complex_json(std::complex<T> value) {
  return Json::array({float_json(value.real()), float_json(value.imag())});
}

struct ToJson {
  const DType& dtype;

  Json operator()(std::monostate) const { return nullptr; }
  Json operator()(bool value) const { return value; }
  Json operator()(std::int64_t value) const { return value; }
  Json operator()(std::uint64_t value) const { return value; }
  Json operator()(float value) const {
    return dtype.kind() == Kind::float16 ? float_json(float16(value)) : float_json(value);
  }
  template <class T>
  Json operator()(T value) const {
    return float_json(value);
  }
  template <class T>
  Json operator()(std::complex<T> value) const {
    return complex_json(value);
  }
};

std::string hexadecimal(std::span<const std::byte> bytes) {
  std::string text;
  for (const std::byte byte : bytes) text += fmt::format("{:02x}", std::to_integer<unsigned>(byte));
  return text;
}

constexpr std::uint64_t kMostValues = 100'000;

Json nested_json(const View& view, std::size_t axis, const std::byte* at) {
  if (axis == view.shape.rank()) return element_json(view.dtype, at);
  auto list = Json::array();
  for (std::uint64_t i = 0; i < view.shape.extent(axis); ++i) {
    list.push_back(nested_json(view, axis + 1, at + static_cast<std::int64_t>(i) * view.strides[axis]));
  }
  return list;
}

Json timedelta_json(std::int64_t count) { return count == kNotATime ? Json("NaT") : Json(count); }

}  // namespace

Json value_json(const Value& value) {
  if (value.list.empty()) return std::visit(ToJson{value.dtype}, value.scalar);
  auto list = Json::array();
  for (const Value& element : value.list) list.push_back(value_json(element));
  return list;
}

Json values_json(const View& view) {
  if (view.shape.size() > kMostValues) {
    throw Error(Errc::usage, fmt::format("{} values are too many for JSON", view.shape.size()),
                "select some with --slice, or use `shmtool info --json` or `shmtool export`");
  }
  return nested_json(view, 0, view.origin);
}

Json element_json(const DType& dtype, const std::byte* element) {
  const std::span bytes(element, dtype.itemsize());
  switch (dtype.kind()) {
    case Kind::clongdouble:
      return complex_json(load<std::complex<long double>>(element));
    case Kind::bytes:
      return escape_invalid_utf8(bytes_of(bytes));
    case Kind::unicode:
      return to_utf8(characters_of(bytes));
    case Kind::raw:
      return hexadecimal(bytes);
    case Kind::datetime64:
      return datetime_text(load<std::int64_t>(element), dtype);
    case Kind::timedelta64:
      return timedelta_json(load<std::int64_t>(element));
    default:
      return visit_kind(dtype.kind(), [&]<class T>() { return value_json(make_value(load<T>(element))); });
  }
}

}  // namespace shmkit::tool
