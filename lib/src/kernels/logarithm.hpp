#pragma once

#include <cstddef>

namespace shmkit::kernel {

/// out[i] = ln in[i]. `in` and `out` are the same or do not overlap.
///
/// float64: the error is less than 1 ulp. float32: the result is the nearest float, or rarely its
/// neighbour. Zero gives -inf, what is negative NaN; NaN stays NaN. The bits are the same on every
/// processor: fused multiply-adds, in software where they are missing.
void logarithms(const double* in, double* out, std::size_t count) noexcept;
void logarithms(const float* in, float* out, std::size_t count) noexcept;

}  // namespace shmkit::kernel
