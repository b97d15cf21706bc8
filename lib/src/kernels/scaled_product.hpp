#pragma once

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstdint>
#include <limits>

#include "kernels/narrow.hpp"
#include "kernels/order.hpp"

namespace shmkit::kernel {

/// A product that neither overflows nor underflows on the way: value * 2^exponent.
///
/// W: double, long double or complex<double>. Zeros, infinities and NaN multiply as W's do. A product of n
/// finite reals is within n u of the exact one, relatively, with u the unit roundoff of W; of complex
/// numbers within n sqrt(5) u (R. P. Brent, C. Percival, P. Zimmermann, "Error bounds on complex
/// floating-point multiplication", 2007).
template <class W>
struct ScaledProduct {
  W value{1};
  std::int64_t exponent = 0;

  void multiply(W factor) noexcept {
    if (!is_moderate(factor)) exponent += normalise(factor);
    value = product(value, factor);
    if (!is_moderate(value)) exponent += normalise(value);
  }

  void multiply(const ScaledProduct& later) noexcept {
    exponent += later.exponent;
    multiply(later.value);
  }

  /// The product, rounded to an element type computed in W; every NaN is the canonical one.
  template <Element T>
  T round() const noexcept {
    constexpr std::int64_t kFar = 100000;  // Beyond any exponent of W.
    return narrow<T>(scaled(value, static_cast<int>(std::clamp(exponent, -kFar, kFar))));
  }

 private:
  // Neither too large nor too small to be multiplied once.
  static bool is_moderate(W x) noexcept {
    const auto size = magnitude(x);
    return size >= 0x1p-250 && size <= 0x1p250;
  }

  // Makes a number that is not moderate moderate, if it has an exponent at all, and tells that.
  static int normalise(W& x) noexcept {
    const auto size = magnitude(x);
    if (!(size > 0) || std::isinf(size)) return 0;
    const int shift = std::ilogb(size);
    x = scaled(x, -shift);
    return shift;
  }

  template <class R>
  static R magnitude(R x) noexcept {
    return std::abs(x);
  }
  template <class R>
  static R magnitude(std::complex<R> x) noexcept {
    return std::max(std::abs(x.real()), std::abs(x.imag()));
  }

  template <class R>
  static R scaled(R x, int shift) noexcept {
    return x != x ? std::numeric_limits<R>::quiet_NaN() : std::ldexp(x, shift);
  }
  template <class R>
  static std::complex<R> scaled(std::complex<R> x, int shift) noexcept {
    return {scaled(x.real(), shift), scaled(x.imag(), shift)};
  }

  template <class R>
  static R product(R a, R b) noexcept {
    return a * b;
  }
  // Not std::complex's product, which turns some NaNs into infinities.
  template <class R>
  static std::complex<R> product(std::complex<R> a, std::complex<R> b) noexcept {
    return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
  }
};

}  // namespace shmkit::kernel
