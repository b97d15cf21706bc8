#pragma once

#include <cstddef>

#include "kernels/kernel.hpp"

namespace shmkit::kernel {

/// Converts `count` elements of one kind to another, as NumPy's astype() does.
///
/// * To bool: whether it is not zero (NaN is true). From bool: 0 or 1; any byte but 0 is 1.
/// * Integer to integer: modulo 2^n.
/// * To a floating-point kind: to nearest, ties to even; what is too large becomes infinite. longdouble goes
///   to float16 by way of float32.
/// * Complex to real or integer: the imaginary part is dropped. Real to complex: it is 0.
/// * Floating-point to integer: the fraction is cut off. What does not fit is left open by C, and NumPy's
///   results for it vary from processor to processor. Here they do not: to int8, uint8, int16, uint16 and
///   int32 it goes by way of int32, to uint32 by way of int64, NaN and what does not fit that one becoming
///   its minimum, and then modulo 2^n. To uint64 it goes by way of int64 too, from 2^63 on less 2^63 before
///   and plus 2^63 after. On x86-64 NumPy mostly does the same.
/// * Between equal kinds: the bytes, as they are.
///
/// Requires: both kinds are computable, and the ranges do not overlap, except that they may be one range of
/// one kind. May be called concurrently.
void convert(Column from, Column to, std::size_t count) noexcept;

}  // namespace shmkit::kernel
