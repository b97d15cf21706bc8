#include <fmt/format.h>

#include "format/element.hpp"
#include "format/float_text.hpp"
#include "format/string_text.hpp"
#include "format/time_text.hpp"

namespace shmkit::tool {
namespace {

template <class T>
std::string text_of(T value) {
  if constexpr (std::is_same_v<T, bool>)
    return value ? "True" : "False";
  else if constexpr (std::is_integral_v<T>)
    return fmt::to_string(value);
  else if constexpr (requires { value.imag(); })
    return complex_text(value);
  else
    return float_text(value);
}

}  // namespace

std::string element_text(const DType& dtype, const std::byte* element) {
  const std::span bytes(element, dtype.itemsize());
  switch (dtype.kind()) {
    case Kind::clongdouble:
      return complex_text(load<std::complex<long double>>(element));
    case Kind::bytes:
      return bytes_repr(bytes_of(bytes));
    case Kind::unicode:
      return to_utf8(characters_of(bytes));
    case Kind::raw:
      return void_text(bytes);
    case Kind::datetime64:
      return datetime_text(load<std::int64_t>(element), dtype);
    case Kind::timedelta64:
      return timedelta_text(load<std::int64_t>(element), dtype);
    default:
      return visit_kind(dtype.kind(), [&]<class T>() { return text_of(load<T>(element)); });
  }
}

}  // namespace shmkit::tool
