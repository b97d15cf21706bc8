#pragma once

#include <cmath>
#include <complex>
#include <cstdint>
#include <type_traits>

#include <shmkit/dtype.hpp>

// NumPy's order of elements: what min, max, argmin and argmax agree on.
namespace shmkit::kernel {

enum class Sense : std::uint8_t { min, max };

/// What an element is read as. Another process may have put any byte into an array of bools, and reading a
/// bool that is neither 0 nor 1 is undefined: they are bytes, and every byte but 0 is true.
template <Element T>
using Stored = std::conditional_t<std::is_same_v<T, bool>, std::uint8_t, T>;

template <Element T>
inline constexpr bool kIsComplex =
    std::is_same_v<T, std::complex<float>> || std::is_same_v<T, std::complex<double>>;

/// True for float16 and C++'s real floating types.
template <Element T>
inline constexpr bool kIsReal = std::is_floating_point_v<T> || std::is_same_v<T, float16>;

/// Orders float16 as integers: -NaN, -inf, ..., -0, +0, ..., inf, NaN.
constexpr std::int16_t sort_key(float16 value) noexcept {
  const int bits = static_cast<std::int16_t>(value.bits);
  return static_cast<std::int16_t>(bits ^ ((bits >> 15) & 0x7FFF));
}

/// A complex number with a NaN in either part is one.
template <Element T>
bool is_nan(Stored<T> x) noexcept {
  if constexpr (kIsComplex<T>)
    return x.real() != x.real() || x.imag() != x.imag();
  else if constexpr (std::is_same_v<T, float16>)
    return (x.bits & 0x7FFFU) > 0x7C00U;
  else if constexpr (std::is_floating_point_v<T>)
    return x != x;
  else
    return false;
}

/// True if `a` is strictly further out than `b`. The zeros are equal; complex numbers go by real, then
/// imaginary part. Requires: neither is NaN.
template <Sense S, Element T>
bool better(Stored<T> a, Stored<T> b) noexcept {
  const auto beyond = [](auto x, auto y) { return S == Sense::max ? x > y : x < y; };
  if constexpr (kIsComplex<T>) {
    return a.real() == b.real() ? beyond(a.imag(), b.imag()) : beyond(a.real(), b.real());
  } else if constexpr (std::is_same_v<T, float16>) {
    return beyond(static_cast<float>(a), static_cast<float>(b));
  } else if constexpr (std::is_same_v<T, bool>) {
    return beyond(a != 0, b != 0);
  } else {
    return beyond(a, b);
  }
}

template <Element T>
bool is_negative(Stored<T> x) noexcept {
  if constexpr (std::is_same_v<T, float16>)
    return (x.bits & 0x8000U) != 0;
  else
    return std::signbit(x);
}

/// The extreme of two elements, `a` being the earlier one. The first NaN wins; max prefers +0.0 to -0.0 and
/// min -0.0 to +0.0, so for real numbers the order does not matter; of equal complex numbers the earlier one
/// is kept.
template <Sense S, Element T>
Stored<T> merge(Stored<T> a, Stored<T> b) noexcept {
  if (is_nan<T>(a)) return a;
  if (is_nan<T>(b) || better<S, T>(b, a)) return b;
  if constexpr (kIsReal<T>) {
    const bool replace = S == Sense::max ? is_negative<T>(a) : is_negative<T>(b);
    if (!better<S, T>(a, b) && replace) return b;
  }
  return a;
}

}  // namespace shmkit::kernel
