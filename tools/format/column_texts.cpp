#include <algorithm>
#include <functional>

#include <fmt/format.h>

#include "format/element.hpp"
#include "format/float_column.hpp"
#include "format/string_text.hpp"
#include "format/time_text.hpp"

namespace shmkit::tool {
namespace {

using Texts = std::vector<std::string>;
using Elements = std::span<const std::byte* const>;

template <class Text>
Texts map_elements(Elements elements, Text text) {
  Texts texts;
  texts.reserve(elements.size());
  std::ranges::transform(elements, std::back_inserter(texts), text);
  return texts;
}

void align_right(Texts& texts, std::size_t width) {
  for (std::string& text : texts) {
    if (text.size() < width) text.insert(0, width - text.size(), ' ');
  }
}

template <class T>
Texts integer_texts(Elements elements) {
  Texts texts = map_elements(elements, [](const std::byte* e) { return fmt::to_string(load<T>(e)); });
  align_right(texts, std::ranges::max(texts, {}, &std::string::size).size());
  return texts;
}

/// Also a column of one bool is five characters wide.
Texts bool_texts(Elements elements) {
  return map_elements(elements, [](const std::byte* e) { return load<bool>(e) ? " True" : "False"; });
}

template <class T>
Texts float_texts(Elements elements) {
  std::vector<T> values;
  std::ranges::transform(elements, std::back_inserter(values), load<T>);
  const FloatColumn<T> column(values, SignMode::minus);
  return map_elements(elements, [&](const std::byte* e) { return column.text(load<T>(e)); });
}

/// The "j" comes before the padding: "1.+2.j   ".
void append_j(std::string& text) { text.insert(text.find_last_not_of(' ') + 1, 1, 'j'); }

template <class T>
Texts complex_texts(Elements elements) {
  std::vector<T> reals;
  std::vector<T> imaginaries;
  for (const std::byte* element : elements) {
    reals.push_back(load<T>(element));
    imaginaries.push_back(load<T>(element + sizeof(T)));
  }
  const FloatColumn<T> real(reals, SignMode::minus);
  const FloatColumn<T> imaginary(imaginaries, SignMode::always);
  Texts texts;
  for (std::size_t i = 0; i < reals.size(); ++i) {
    std::string tail = imaginary.text(imaginaries[i]);
    append_j(tail);
    texts.push_back(real.text(reals[i]) + tail);
  }
  return texts;
}

/// NumPy takes the width from the smallest and the largest time only; others may be wider and stick out.
template <class Text>
Texts time_texts(Elements elements, Text text) {
  std::vector<std::int64_t> times;
  std::ranges::transform(elements, std::back_inserter(times), load<std::int64_t>);
  const bool any_missing = std::erase(times, kNotATime) > 0;
  std::size_t width = any_missing ? std::string_view("'NaT'").size() : 0;
  if (!times.empty()) {
    const auto [least, most] = std::ranges::minmax(times);
    width = std::max({width, text(least).size(), text(most).size()});
  }
  Texts texts = map_elements(elements, [&](const std::byte* e) {
    const auto time = load<std::int64_t>(e);
    return time == kNotATime ? "'NaT'" : text(time);
  });
  align_right(texts, width);
  return texts;
}

Texts datetime_texts(const DType& dtype, Elements elements) {
  if (dtype.unit() == TimeUnit::generic)
    return time_texts(elements, [](auto t) { return fmt::to_string(t); });
  return time_texts(elements,
                    [&](std::int64_t time) { return fmt::format("'{}'", datetime_text(time, dtype)); });
}

template <class T>
Texts number_texts(Elements elements) {
  if constexpr (std::is_same_v<T, bool>)
    return bool_texts(elements);
  else if constexpr (std::is_integral_v<T>)
    return integer_texts<T>(elements);
  else if constexpr (requires { typename T::value_type; })
    return complex_texts<typename T::value_type>(elements);
  else
    return float_texts<T>(elements);
}

}  // namespace

Texts column_texts(const DType& dtype, Elements elements) {
  const auto bytes = [&](const std::byte* e) { return std::span(e, dtype.itemsize()); };
  if (elements.empty()) return {};
  switch (dtype.kind()) {
    case Kind::clongdouble:
      return complex_texts<long double>(elements);
    case Kind::bytes:
      return map_elements(elements, [&](auto e) { return bytes_repr(bytes_of(bytes(e))); });
    case Kind::unicode:
      return map_elements(elements, [&](auto e) { return string_repr(characters_of(bytes(e))); });
    case Kind::raw:
      return map_elements(elements, [&](auto e) { return void_text(bytes(e)); });
    case Kind::datetime64:
      return datetime_texts(dtype, elements);
    case Kind::timedelta64:
      return time_texts(elements, [](std::int64_t t) { return fmt::to_string(t); });
    default:
      return visit_kind(dtype.kind(), [&]<class T>() { return number_texts<T>(elements); });
  }
}

}  // namespace shmkit::tool
