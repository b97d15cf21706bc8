#include "format/digits.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <string_view>

namespace shmkit::tool {
namespace {

void drop_trailing_zeros(std::string& digits) {
  const std::size_t last = digits.find_last_not_of('0');
  digits.erase(last == std::string::npos ? 1 : last + 1);
}

/// Reads what std::to_chars writes as scientific: "d", "d.ddd", then "e+05".
Decimal parse_scientific(std::string_view text) {
  const std::size_t mark = text.find('e');
  Decimal decimal;
  decimal.digits = text[0];
  if (mark > 2) decimal.digits += text.substr(2, mark - 2);
  drop_trailing_zeros(decimal.digits);
  const char* exponent = text.data() + mark + (text[mark + 1] == '+' ? 2 : 1);
  std::from_chars(exponent, text.data() + text.size(), decimal.exponent);
  return decimal;
}

template <class T, class... Precision>
Decimal scientific(T value, Precision... precision) {
  std::array<char, 128> buffer{};
  const auto end = std::to_chars(buffer.begin(), buffer.end(), std::fabs(value),
                                 std::chars_format::scientific, precision...);
  return parse_scientific({buffer.data(), end.ptr});
}

/// The numbers that read back as one positive binary16.
struct Interval {
  double low;
  double value;
  double high;
  bool closed;  ///< A tie rounds to the even mantissa: then the ends belong to it.

  explicit Interval(float16 half) : value(to_double(half.bits)), closed(half.bits % 2 == 0) {
    const auto below = static_cast<std::uint16_t>(half.bits - 1);
    const auto above = static_cast<std::uint16_t>(half.bits + 1);
    constexpr std::uint16_t kInfinity = 0x7C00;
    low = (value + to_double(below)) / 2;
    high = (value + (above == kInfinity ? 65536.0 : to_double(above))) / 2;
  }

  bool contains(double number) const {
    return closed ? low <= number && number <= high : low < number && number < high;
  }

 private:
  static double to_double(std::uint16_t bits) {
    float16 half;
    half.bits = bits;
    return static_cast<float>(half);
  }
};

double scaled(double value, int power) {
  const double factor = std::pow(10.0, std::abs(power));  // Exact: |power| <= 12.
  return power >= 0 ? value * factor : value / factor;
}

/// Of the two integers around `exact` the closer one that is in the interval when scaled back, or -1.
/// Both are tried: next to a power of two the closer one can lie outside and the other inside.
int pick(double exact, int power, const Interval& interval) {
  const int floor = static_cast<int>(exact);
  const double rest = exact - floor;
  const bool up = rest > 0.5 || (rest == 0.5 && floor % 2 == 1);
  for (const int candidate : {floor + (up ? 1 : 0), floor + (up ? 0 : 1)}) {
    if (interval.contains(scaled(candidate, -power))) return candidate;
  }
  return -1;
}

long double read_back(const Decimal& decimal) {
  const std::string text = "0." + decimal.digits + "e" + std::to_string(decimal.exponent + 1);
  long double number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

template <class T>
Decimal shortest(T value) {
  return scientific(value);
}

// libstdc++ 12 finds how many digits a long double needs, but its last one is not always the closest.
template <>
Decimal shortest(long double value) {
  Decimal decimal = scientific(value);
  Decimal closest = scientific(value, static_cast<int>(decimal.digits.size()) - 1);
  return read_back(closest) == std::fabs(value) ? closest : decimal;
}

// std::to_chars knows no binary16. Eleven bits are few enough that doubles hold everything exactly.
template <>
Decimal shortest(float16 value) {
  value.bits &= 0x7FFFU;
  if (value.bits == 0) return {"0", 0};
  const Interval interval(value);
  const int exponent = scientific(interval.value).exponent;
  for (int count = 1;; ++count) {  // Ends at 5: that many digits tell all binary16 apart.
    const int power = count - 1 - exponent;
    const int number = pick(scaled(interval.value, power), power, interval);
    if (number < 0) continue;
    Decimal decimal{std::to_string(number), 0};
    decimal.exponent = exponent + static_cast<int>(decimal.digits.size()) - count;
    drop_trailing_zeros(decimal.digits);
    return decimal;
  }
}

template <class T>
Decimal rounded(T value, int significant) {
  return scientific(value, significant - 1);
}

template <>
Decimal rounded(float16 value, int significant) {
  return scientific(static_cast<float>(value), significant - 1);
}

template Decimal shortest(float);
template Decimal shortest(double);
template Decimal rounded(float, int);
template Decimal rounded(double, int);
template Decimal rounded(long double, int);

}  // namespace shmkit::tool
