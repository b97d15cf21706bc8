#pragma once

#include <cmath>
#include <complex>
#include <string>

#include <shmkit/float16.hpp>

#include "format/digits.hpp"

namespace shmkit::tool {

/// A decimal number's digits before and after its point: 12.5 is "12" and "5", 3 is "3" and "".
struct Parts {
  std::string whole;
  std::string fraction;
};

/// Requires: the exponent is small enough that so many zeros make sense.
Parts positional_parts(const Decimal& decimal);

/// "e+05": at least two digits.
std::string exponent_text(int exponent, std::size_t min_digits = 2);

/// How `print(x)` writes a NumPy floating-point scalar: the shortest digits that read back as x; with an
/// exponent below 1e-4 and from 1e16 on; "1.0", "1e-05", "nan", "-inf". T as for shortest().
template <class T>
std::string float_text(T value);

/// How `print(z)` writes a NumPy complex scalar: "(1+2j)", "2j", "(-0+infj)". T is float, double or long
/// double.
template <class T>
std::string complex_text(std::complex<T> value);

// Implementation details follow.

/// The type to compute with: float for float16, T itself otherwise.
template <class T>
constexpr T widen(T value) {
  return value;
}
constexpr float widen(float16 value) { return static_cast<float>(value); }

/// "nan", "inf" or "-inf". Requires: `value` is not finite.
template <class T>
std::string special_text(T value) {
  if (std::isnan(value)) return "nan";
  return value < 0 ? "-inf" : "inf";
}

}  // namespace shmkit::tool
