#include "format/float_text.hpp"

#include <fmt/format.h>

namespace shmkit::tool {
namespace {

std::string scientific_text(const Decimal& decimal) {
  std::string text = decimal.digits;
  if (text.size() > 1) text.insert(1, 1, '.');
  return text + exponent_text(decimal.exponent);
}

/// `bare` is what follows a whole number: ".0" for a real scalar, nothing within a complex one.
template <class T>
std::string finite_text(T value, const char* bare) {
  const long double magnitude = std::fabs(widen(value));
  const std::string sign = std::signbit(widen(value)) ? "-" : "";
  if (magnitude != 0 && (magnitude >= 1e16L || magnitude < 1e-4L))
    return sign + scientific_text(shortest(value));
  const Parts parts = positional_parts(shortest(value));
  if (parts.fraction.empty()) return sign + parts.whole + bare;
  return sign + parts.whole + "." + parts.fraction;
}

template <class T>
std::string part_text(T value) {
  return std::isfinite(value) ? finite_text(value, "") : special_text(value);
}

}  // namespace

Parts positional_parts(const Decimal& decimal) {
  if (decimal.exponent < 0) {
    return {"0", std::string(static_cast<std::size_t>(-decimal.exponent - 1), '0') + decimal.digits};
  }
  const auto whole = static_cast<std::size_t>(decimal.exponent) + 1;
  if (decimal.digits.size() <= whole) {
    return {decimal.digits + std::string(whole - decimal.digits.size(), '0'), ""};
  }
  return {decimal.digits.substr(0, whole), decimal.digits.substr(whole)};
}

std::string exponent_text(int exponent, std::size_t min_digits) {
  return fmt::format("e{}{:0{}}", exponent < 0 ? '-' : '+', std::abs(exponent), min_digits);
}

template <class T>
std::string float_text(T value) {
  return std::isfinite(widen(value)) ? finite_text(value, ".0") : special_text(widen(value));
}

template <class T>
std::string complex_text(std::complex<T> value) {
  std::string imaginary = part_text(value.imag()) + "j";
  if (value.real() == 0 && !std::signbit(value.real())) return imaginary;
  const std::string sign = imaginary[0] == '-' ? "" : "+";
  return fmt::format("({}{}{})", part_text(value.real()), sign, imaginary);
}

template std::string float_text(float16);
template std::string float_text(float);
template std::string float_text(double);
template std::string float_text(long double);
template std::string complex_text(std::complex<float>);
template std::string complex_text(std::complex<double>);
template std::string complex_text(std::complex<long double>);

}  // namespace shmkit::tool
