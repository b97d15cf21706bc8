#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "format/float_text.hpp"

namespace shmkit::tool {

/// Whether a positive number carries a sign: the imaginary parts of complex numbers do.
enum class SignMode : std::uint8_t { minus, always };

/// The rules by which NumPy writes the floating-point numbers of one array alike (numpy.set_printoptions with
/// its defaults: precision 8, floatmode "maxprec", suppress False).
///
/// An exponent is used if the largest magnitude is at least 1e8, the smallest but zero is below 1e-4, or
/// their quotient is above 1000. Every number has its shortest digits, but no more than 8 after the point;
/// the points of all of them align. T is float16, float, double or long double.
template <class T>
class FloatColumn {
 public:
  FloatColumn(std::span<const T> values, SignMode sign);

  /// One of the values, padded to the width that all share.
  std::string text(T value) const;

 private:
  void measure(std::span<const T> finite);
  void make_room_for_specials(std::span<const T> values);
  std::size_t behind() const;
  Decimal digits(T value) const;
  std::string sign_text(T value) const;
  std::string positional(T value) const;
  std::string scientific(T value) const;
  std::string special(T value) const;

  SignMode sign_;
  bool exponential_ = false;
  std::size_t whole_ = 0;     ///< Characters before the point, sign included.
  std::size_t fraction_ = 0;  ///< Digits after the point.
  std::size_t exponent_ = 0;  ///< Digits of the exponent.
};

}  // namespace shmkit::tool
