#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/float_sum.hpp"
#include "kernels/scaled_product.hpp"

namespace shmkit::kernel {

/// Running products of doubles in virtual lanes: of the mantissas, from 1 to 2 with their signs, and the sums
/// of the exponents.
struct ProductLanes {
  static constexpr std::size_t kLanes = 32;
  static constexpr std::size_t kAlign = 64;

  alignas(kAlign) double mantissa[kLanes];
  alignas(kAlign) std::uint64_t exponent[kLanes];  ///< Modulo 2^64.
};

/// The product of `count` integers or bools, modulo 2^64. Requires: an integer kind or bool, `data` aligned
/// for it.
std::uint64_t multiply_integers(Kind kind, const void* data, std::size_t count) noexcept;

/// The product of reals, mantissas and exponents apart: element i goes to virtual lane i % 32, whatever the
/// processor, and the lanes are multiplied as a tree. The elements of a block of 2048 that has a zero, a
/// subnormal double, an infinity or a NaN are multiplied one by one. Requires: reals.parts is 1.
ScaledProduct<double> multiply_reals(const Reals& reals) noexcept;

}  // namespace shmkit::kernel
