#include "format/float_column.hpp"

#include <algorithm>

namespace shmkit::tool {
namespace {

constexpr int kPrecision = 8;

template <class T>
bool needs_exponent(std::span<const T> finite) {
  using Wide = decltype(widen(T{}));
  Wide largest = 0;
  Wide smallest = 0;
  for (const T value : finite) {
    const Wide magnitude = std::fabs(widen(value));
    largest = std::max(largest, magnitude);
    if (magnitude != 0 && (smallest == 0 || magnitude < smallest)) smallest = magnitude;
  }
  if (smallest == 0) return false;
  // T again: NumPy divides in the array's own type, where the quotient of two float16 may round to 1000.
  return largest >= Wide{1e8F} || smallest < 0.0001 || widen(T(largest / smallest)) > 1000;
}

std::string padded_left(std::string text, std::size_t width) {
  if (text.size() < width) text.insert(0, width - text.size(), ' ');
  return text;
}

}  // namespace

template <class T>
FloatColumn<T>::FloatColumn(std::span<const T> values, SignMode sign) : sign_(sign) {
  std::vector<T> finite;
  std::ranges::copy_if(values, std::back_inserter(finite), [](T v) { return std::isfinite(widen(v)); });
  exponential_ = needs_exponent<T>(finite);
  measure(finite);
  if (finite.size() != values.size()) make_room_for_specials(values);
}

template <class T>
void FloatColumn<T>::measure(std::span<const T> finite) {
  for (const T value : finite) {
    const Decimal decimal = digits(value);
    const Parts parts = exponential_ ? Parts{"d", decimal.digits.substr(1)} : positional_parts(decimal);
    whole_ = std::max(whole_, sign_text(value).size() + parts.whole.size());
    fraction_ = std::max(fraction_, parts.fraction.size());
    if (exponential_) exponent_ = std::max(exponent_, exponent_text(decimal.exponent).size() - 2);
  }
}

template <class T>
void FloatColumn<T>::make_room_for_specials(std::span<const T> values) {
  const auto is_minus_infinity = [](T v) { return std::isinf(widen(v)) && widen(v) < 0; };
  const bool sign = sign_ == SignMode::always || std::ranges::any_of(values, is_minus_infinity);
  const std::size_t needed = sign ? 4 : 3;
  if (needed > behind()) whole_ = std::max(whole_, needed - behind());
}

/// Characters from the point on.
template <class T>
std::size_t FloatColumn<T>::behind() const {
  return 1 + fraction_ + (exponential_ ? 2 + exponent_ : 0);
}

/// The shortest digits, but all exact ones before the point, and no more behind it than the precision.
template <class T>
Decimal FloatColumn<T>::digits(T value) const {
  const Decimal decimal = shortest(value);
  const int before_point = exponential_ ? 1 : 1 + decimal.exponent;
  const int count = static_cast<int>(decimal.digits.size());
  const int wanted = std::clamp(count, before_point, before_point + kPrecision);
  return wanted == count ? decimal : rounded(value, wanted);
}

template <class T>
std::string FloatColumn<T>::sign_text(T value) const {
  if (std::signbit(widen(value))) return "-";
  return sign_ == SignMode::always ? "+" : "";
}

template <class T>
std::string FloatColumn<T>::positional(T value) const {
  const Parts parts = positional_parts(digits(value));
  const std::string behind(fraction_ - parts.fraction.size(), ' ');
  return padded_left(sign_text(value) + parts.whole, whole_) + "." + parts.fraction + behind;
}

/// All numbers show the same count of digits: the exact ones, where more than the shortest are wanted. Where
/// just those are wanted, exact digits could differ: next to a power of two the shortest need not be the
/// closest.
template <class T>
std::string FloatColumn<T>::scientific(T value) const {
  Decimal decimal = digits(value);
  if (decimal.digits.size() <= fraction_) decimal = rounded(value, 1 + static_cast<int>(fraction_));
  decimal.digits.resize(1 + fraction_, '0');
  return padded_left(sign_text(value) + decimal.digits[0], whole_) + "." + decimal.digits.substr(1) +
         exponent_text(decimal.exponent, exponent_);
}

template <class T>
std::string FloatColumn<T>::special(T value) const {
  const std::string text = special_text(widen(value));
  const std::string sign = sign_ == SignMode::always && text[0] != '-' ? "+" : "";
  return padded_left(sign + text, whole_ + behind());
}

template <class T>
std::string FloatColumn<T>::text(T value) const {
  if (!std::isfinite(widen(value))) return special(value);
  return exponential_ ? scientific(value) : positional(value);
}

template class FloatColumn<float16>;
template class FloatColumn<float>;
template class FloatColumn<double>;
template class FloatColumn<long double>;

}  // namespace shmkit::tool
