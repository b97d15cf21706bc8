#pragma once

#include <cmath>

namespace shmkit::kernel {

/// A compensated sum of long doubles in the order in which they are added: D. E. Knuth's TwoSum, the errors
/// summed apart. With u = 2^-64 (x87) or 2^-113 (IEEE quad), n finite elements x and no overflow on the way,
/// the result is within u |sum| + n^2 u^2 sum |x| of their sum; unlike the shorter types there is no exact
/// sum to fall back on. NaN and infinities give what plain addition gives.
struct LongSum {
  long double high = 0;
  long double low = 0;

  void add(long double value) noexcept {
    const long double sum = high + value;
    const long double moved = sum - high;
    low += (high - (sum - moved)) + (value - moved);
    high = sum;
  }

  void add(const LongSum& later) noexcept {
    add(later.high);
    low += later.low;
  }

  long double value() const noexcept { return std::isfinite(high) ? high + low : high; }

  /// The sum divided by `count`, which is exact as a long double. The rounded sum's quotient would be rounded
  /// twice, up to 1.5 ulp; this one is corrected by its remainder: half an ulp beside the sum's own bound.
  long double mean(long double count) const noexcept {
    const long double quotient = high / count;
    if (!std::isfinite(quotient) || !std::isfinite(low)) return value() / count;
    return quotient + (std::fma(-quotient, count, high) + low) / count;
  }
};

}  // namespace shmkit::kernel
