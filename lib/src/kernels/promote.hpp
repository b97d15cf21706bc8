#pragma once

#include <shmkit/dtype.hpp>

// NumPy's rules of what mixes with what.
namespace shmkit::kernel {

/// The kind of an operation on arrays of two kinds, as numpy.result_type gives it; clongdouble if it is that.
/// Requires: both are computable, or clongdouble.
Kind promote(Kind a, Kind b) noexcept;

/// What NumPy computes sqrt, exp and log of this kind in: bool and 8-bit integers in float16, 16-bit ones in
/// float32, larger ones in float64, all others in their own. Requires: as above.
Kind inexact(Kind kind) noexcept;

/// Whether NumPy writes results of kind `from` into an array of kind `to` without being forced:
/// numpy.can_cast(from, to, "same_kind"). What that loses is range and precision, never a sign or an
/// imaginary part. Requires: both are computable, or clongdouble.
bool can_write(Kind from, Kind to) noexcept;

}  // namespace shmkit::kernel
