#pragma once

#include <cstddef>

namespace shmkit::kernel {

/// out[i] = e^in[i]. `in` and `out` are the same or do not overlap.
///
/// float64: the error is less than 0.75 ulp, or 1 ulp where the result is subnormal. float32: the result
/// is the nearest float, or rarely its neighbour. NaN stays NaN; what is too large is inf, what is too small
/// 0. The bits are the same on every processor: fused multiply-adds, in software where they are missing.
void exponentials(const double* in, double* out, std::size_t count) noexcept;
void exponentials(const float* in, float* out, std::size_t count) noexcept;

}  // namespace shmkit::kernel
