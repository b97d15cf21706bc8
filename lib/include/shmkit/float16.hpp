#pragma once

#include <bit>
#include <cstdint>

namespace shmkit {

/// IEEE binary16, NumPy's float16: a storage type that converts to and from float.
///
/// Not _Float16, which clang 14 lacks on x86-64. Conversion from float rounds to nearest, ties to
/// even; overflow gives infinity; NaN stays NaN, quieted.
struct float16 {  // NOLINT(readability-identifier-naming): named as NumPy's dtype
  std::uint16_t bits = 0;

  float16() = default;
  constexpr explicit float16(float value) noexcept;
  constexpr explicit operator float() const noexcept;
};

// Implementation details follow.

constexpr float16::operator float() const noexcept {
  const std::uint32_t sign = std::uint32_t(bits & 0x8000U) << 16U;
  const std::uint32_t exponent = (bits >> 10U) & 0x1FU;
  const std::uint32_t mantissa = bits & 0x3FFU;
  if (exponent == 0x1F) return std::bit_cast<float>(sign | 0x7F800000U | (mantissa << 13U));
  if (exponent != 0) return std::bit_cast<float>(sign | ((exponent + 112) << 23U) | (mantissa << 13U));
  const float magnitude = float(mantissa) * 0x1p-24F;  // Subnormal or zero: exact.
  return sign != 0 ? -magnitude : magnitude;
}

constexpr float16::float16(float value) noexcept {
  const auto raw = std::bit_cast<std::uint32_t>(value);
  const auto sign = static_cast<std::uint16_t>((raw >> 16U) & 0x8000U);
  const std::uint32_t magnitude = raw & 0x7FFFFFFFU;
  std::uint32_t half = 0;
  if (magnitude > 0x7F800000U) {
    half = 0x7E00U | ((magnitude >> 13U) & 0x3FFU);  // NaN
  } else if (magnitude >= 0x477FF000U) {
    half = 0x7C00U;  // Rounds to at least 65520: infinity.
  } else if (magnitude >= 0x38800000U) {
    const std::uint32_t rebiased = magnitude - (112U << 23U);
    half = (rebiased + 0xFFFU + ((rebiased >> 13U) & 1U)) >> 13U;
  } else {
    // Subnormal: adding 0.5 leaves the result, rounded by the hardware's rule, in the low bits.
    const float shifted = std::bit_cast<float>(magnitude) + 0.5F;
    half = std::bit_cast<std::uint32_t>(shifted) - 0x3F000000U;
  }
  bits = static_cast<std::uint16_t>(sign | half);
}

static_assert(sizeof(float16) == 2);

}  // namespace shmkit
