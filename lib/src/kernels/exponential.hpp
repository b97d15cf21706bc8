#pragma once

#include <cstddef>

namespace shmkit::kernel {

/// out[i] = e^in[i]. `in` and `out` are the same or do not overlap.
///
/// float64: the error is less than 0.7 ulp, or 1 ulp where the result is subnormal. float32: the result
/// is the nearest float, or rarely its neighbour. NaN stays NaN; what is too large
/// is inf, what is too small 0. Without a fused multiply-add: the bits are the same on every processor.
void exponentials(const double* in, double* out, std::size_t count) noexcept;
void exponentials(const float* in, float* out, std::size_t count) noexcept;

}  // namespace shmkit::kernel
