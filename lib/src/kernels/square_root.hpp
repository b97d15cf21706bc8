#pragma once

#include <cstddef>

namespace shmkit::kernel {

/// out[i] = the square root of in[i], correctly rounded; NaN of what is negative. `in` and `out` are the same
/// or do not overlap. With vectors, which std::sqrt(), bound to set errno, is not compiled to.
void square_roots(const double* in, double* out, std::size_t count) noexcept;
void square_roots(const float* in, float* out, std::size_t count) noexcept;

}  // namespace shmkit::kernel
