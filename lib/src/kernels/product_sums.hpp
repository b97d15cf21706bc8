#pragma once

#include <cmath>
#include <cstddef>

#include <shmkit/dtype.hpp>

namespace shmkit::kernel {

/// A compensated sum: high + low, unless `high` is not finite. D. E. Knuth's TwoSum; the errors are summed
/// apart.
template <class R>
struct Sum2 {
  R high = 0;
  R low = 0;

  void add(R value) noexcept {
    const R sum = high + value;
    const R moved = sum - high;
    low += (high - (sum - moved)) + (value - moved);
    high = sum;
  }

  void add(const Sum2& later) noexcept {
    add(later.high);
    low += later.low;
  }

  R value() const noexcept { return std::isfinite(high) ? high + low : high; }
};

/// The sum of the squares of `count` reals (float16, float32 or float64), in 32 virtual lanes.
///
/// With u = 2^-53 and no overflow or underflow it is within (1 + o(1)) u of the exact one for float64, every
/// square being rounded once, and within n u / 32 for the shorter types, whose squares are exact and summed
/// plainly.
Sum2<double> sum_of_squares(Kind real, const void* data, std::size_t count) noexcept;

/// The sum of a[i] * b[i] in 32 virtual lanes, the lanes with odd numbers multiplied by `odd`, which is 1 or
/// -1.
///
/// float64: as if computed in twice the precision and rounded to high + low (Dot2 of T. Ogita, S. M. Rump,
/// S. Oishi, "Accurate sum and dot product", 2005): within (n / 32 + 5)^2 u^2 sum |a b| of the exact sum. The
/// error of a product is what std::fma gives, whether the processor has that or not (then factors are split:
/// T. J. Dekker, "A floating-point technique for extending the available precision", 1971), and is rounded
/// below 2^-969. The shorter types: products are exact and summed plainly, within n u / 32 sum |a b|.
Sum2<double> sum_of_products(Kind real, const void* a, const void* b, std::size_t count, double odd) noexcept;

}  // namespace shmkit::kernel
