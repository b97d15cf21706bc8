#pragma once

#include <bit>
#include <complex>
#include <cstdint>
#include <type_traits>

#include <shmkit/dtype.hpp>

namespace shmkit::kernel {

/// What an element type's values are computed in before they are rounded to it.
template <Element T>
using Wide = std::conditional_t<
    std::is_same_v<T, long double>, long double,
    std::conditional_t<std::is_same_v<T, std::complex<float>> || std::is_same_v<T, std::complex<double>>,
                       std::complex<double>, double>>;

/// A real element as a double; exact.
template <class T>
double widen(T value) noexcept {
  if constexpr (std::is_same_v<T, float16>)
    return static_cast<float>(value);
  else
    return value;
}

/// Rounds once, to nearest, ties to even: float gets the inexact bit as its lowest ("round to odd"), which no
/// longer changes what it rounds to in float16.
inline float16 to_float16(double value) noexcept {
  const auto nearest = static_cast<float>(value);
  if (nearest == value || value != value) return float16(nearest);
  auto bits = std::bit_cast<std::uint32_t>(nearest);
  if ((nearest > value) == (value > 0)) --bits;  // Towards zero.
  return float16(std::bit_cast<float>(bits | 1U));
}

/// Rounds to a floating-point element type, once.
template <Element T>
T narrow(Wide<T> value) noexcept {
  if constexpr (std::is_same_v<T, float16>)
    return to_float16(value);
  else if constexpr (std::is_same_v<T, std::complex<float>>)
    return {float(value.real()), float(value.imag())};
  else
    return static_cast<T>(value);
}

}  // namespace shmkit::kernel
