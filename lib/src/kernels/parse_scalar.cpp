#include "kernels/parse_scalar.hpp"

#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <string>

#include <shmkit/error.hpp>

#include "kernels/order.hpp"

namespace shmkit::kernel {
namespace {

[[noreturn]] void refuse(const ArgumentText& argument, const std::string& why, std::string hint) {
  throw Error(Errc::usage,
              "kernel " + std::string(argument.kernel) + ": " + std::string(argument.name) + " '" +
                  std::string(argument.text) + "' " + why,
              std::move(hint));
}

template <class I>
std::string range_hint(I least, I most) {
  return "Take from " + std::to_string(least) + " to " + std::to_string(most) + ".";
}

template <Element T>
[[noreturn]] void refuse_range(const ArgumentText& argument) {
  const std::string dtype = DType(KindOf<T>::value).name();
  if constexpr (std::is_integral_v<T>) {
    using Limits = std::numeric_limits<T>;
    refuse(argument, "does not fit " + dtype, range_hint(Limits::min(), Limits::max()));
  } else {
    refuse(argument, "does not fit " + dtype, "Take inf for infinity, and 0 for what is next to nothing.");
  }
}

// from_chars() takes no plus sign.
std::string_view without_plus(std::string_view text) {
  return text.size() > 1 && text[0] == '+' && text[1] != '-' && text[1] != '+' ? text.substr(1) : text;
}

// Takes a number off the front of `rest`. Empty: there is none. Infinite though not written so: out of range.
template <class T>
std::optional<T> take_real(const ArgumentText& argument, std::string_view& rest) {
  const std::string_view text = without_plus(rest);
  T value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::result_out_of_range) refuse_range<T>(argument);
  if (error != std::errc()) return std::nullopt;
  rest = text.substr(static_cast<std::size_t>(end - text.data()));
  return value;
}

template <class T>
T parse_real(const ArgumentText& argument) {
  std::string_view rest = argument.text;
  const auto value = take_real<T>(argument, rest);
  if (!value || !rest.empty())
    refuse(argument, "is not a number", "Write it like 42, -1.5, 1e-3, inf or nan.");
  return *value;
}

std::complex<double> parse_complex(const ArgumentText& argument) {
  std::string_view rest = argument.text;
  const auto first = take_real<double>(argument, rest);
  if (first && rest.empty()) return {*first, 0};
  if (first && rest == "j") return {0, *first};
  if (first && (rest[0] == '+' || rest[0] == '-')) {
    const auto second = take_real<double>(argument, rest);
    if (second && rest == "j") return {*first, *second};
  }
  refuse(argument, "is not a complex number", "Write it like 3, 2j or 1+2j.");
}

bool parse_bool(const ArgumentText& argument) {
  const std::string_view text = argument.text;
  if (text == "1" || text == "true" || text == "True") return true;
  if (text == "0" || text == "false" || text == "False") return false;
  refuse(argument, "is not a bool", "Write true or false.");
}

bool is_finite(long double value) { return std::isfinite(value); }
bool is_finite(float16 value) { return (value.bits & 0x7C00U) != 0x7C00U; }

// Finite numbers must stay finite.
template <class T, class W>
bool fits(W wide) {
  return !is_finite(wide) || is_finite(narrow<T>(wide));
}

// Empty: it is one, and takes more than 64 bits.
std::optional<int128> take_integer(const ArgumentText& argument) {
  std::string_view digits = without_plus(argument.text);
  const bool negative = digits.starts_with('-');
  if (negative) digits.remove_prefix(1);
  std::uint64_t magnitude = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), magnitude);
  if (end != digits.data() + digits.size() || error == std::errc::invalid_argument) {
    refuse(argument, "is not an integer", "Write it like 42.");
  }
  if (error != std::errc()) return std::nullopt;
  return negative ? -int128{magnitude} : int128{magnitude};
}

}  // namespace

int128 parse_integer(const ArgumentText& argument) {
  if (const auto value = take_integer(argument)) return *value;
  constexpr auto kMost = std::numeric_limits<std::uint64_t>::max();
  refuse(argument, "does not fit 64 bits",
         "Take from -" + std::to_string(kMost) + " to " + std::to_string(kMost) + ".");
}

std::uint64_t parse_count(const ArgumentText& argument, std::uint64_t least, std::uint64_t most) {
  const auto value = take_integer(argument);
  if (value && *value >= least && *value <= most) return static_cast<std::uint64_t>(*value);
  refuse(argument, "is out of range", range_hint(least, most));
}

template <Element T>
Wide<T> parse_wide(const ArgumentText& argument) {
  if constexpr (kIsComplex<T>) {
    const auto value = parse_complex(argument);
    using Part = typename T::value_type;
    if (!fits<Part>(value.real()) || !fits<Part>(value.imag())) refuse_range<T>(argument);
    return value;
  } else {
    const auto value = parse_real<Wide<T>>(argument);
    if (!fits<T>(value)) refuse_range<T>(argument);
    return value;
  }
}

template <Element T>
T parse_scalar(const ArgumentText& argument) {
  if constexpr (std::is_same_v<T, bool>) {
    return parse_bool(argument);
  } else if constexpr (std::is_integral_v<T>) {
    const auto value = take_integer(argument);
    if (!value || *value < std::numeric_limits<T>::min() || *value > std::numeric_limits<T>::max())
      refuse_range<T>(argument);
    return static_cast<T>(*value);
  } else {
    return narrow<T>(parse_wide<T>(argument));
  }
}

template bool parse_scalar(const ArgumentText&);
template std::int8_t parse_scalar(const ArgumentText&);
template std::uint8_t parse_scalar(const ArgumentText&);
template std::int16_t parse_scalar(const ArgumentText&);
template std::uint16_t parse_scalar(const ArgumentText&);
template std::int32_t parse_scalar(const ArgumentText&);
template std::uint32_t parse_scalar(const ArgumentText&);
template std::int64_t parse_scalar(const ArgumentText&);
template std::uint64_t parse_scalar(const ArgumentText&);
template float16 parse_scalar(const ArgumentText&);
template float parse_scalar(const ArgumentText&);
template double parse_scalar(const ArgumentText&);
template long double parse_scalar(const ArgumentText&);
template std::complex<float> parse_scalar(const ArgumentText&);
template std::complex<double> parse_scalar(const ArgumentText&);

template double parse_wide<float16>(const ArgumentText&);
template double parse_wide<float>(const ArgumentText&);
template double parse_wide<double>(const ArgumentText&);
template long double parse_wide<long double>(const ArgumentText&);
template std::complex<double> parse_wide<std::complex<float>>(const ArgumentText&);
template std::complex<double> parse_wide<std::complex<double>>(const ArgumentText&);

}  // namespace shmkit::kernel
