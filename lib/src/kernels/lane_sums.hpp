#pragma once

#include <cstddef>

#include <shmkit/dtype.hpp>

namespace shmkit::kernel {

/// Running sums of doubles in a fixed number of virtual lanes: element i goes to lane i % kLanes, whatever
/// the width of the processor's vectors, so that every rounding is the same everywhere.
///
/// An even number, so that complex numbers are just twice as many reals: real parts meet in even lanes.
struct LaneSums {
  static constexpr std::size_t kLanes = 32;
  static constexpr std::size_t kAlign = 64;

  alignas(kAlign) double high[kLanes] = {};   ///< The rounded sum.
  alignas(kAlign) double low[kLanes] = {};    ///< What rounding took from it.
  alignas(kAlign) double slack[kLanes] = {};  ///< See Track.
};

/// What LaneSums.slack keeps. Either way it ends up infinite or NaN if an element is not finite or a sum
/// overflows.
enum class Track {
  /// The sum of |s| over all sums s that were rounded: the sum is off by at most 2^-53 of it. The running
  /// error bound of N. J. Higham, "Accuracy and Stability of Numerical Algorithms", section 3.3.
  /// float64 keeps `low` too (D. E. Knuth's TwoSum) and rounds only that; for float32 and float16 double is
  /// enough.
  rounding,
  /// Zero if and only if high + low is the exact sum, which it is for most blocks of most data.
  loss,
};

/// Adds `rows` x kLanes elements of a real type. Requires: `real` is float16, float32 or float64, `data`
/// aligned for it.
void add_rows(Kind real, Track track, const void* data, std::size_t rows, LaneSums& sums) noexcept;

}  // namespace shmkit::kernel
