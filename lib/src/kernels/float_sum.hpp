#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include <shmkit/dtype.hpp>

#include "kernels/exact_sum.hpp"

// Sums of float16, float32, float64 and complex numbers. An estimate with an error bound is fast and nearly
// always enough; where it is not (cancellation), the exact sum is taken instead.
namespace shmkit::kernel {

/// Elements of type `real`, `parts` of them to a number: 2 for complex, else 1.
struct Reals {
  Kind real = Kind::float64;
  std::size_t parts = 1;
  const void* data = nullptr;
  std::size_t count = 0;  ///< Of reals: a multiple of `parts`.
};

/// What a sum met that is not a finite number, as bits.
enum Special : std::uint64_t { kNan = 1, kPlusInfinity = 2, kMinusInfinity = 4, kOverflow = 8 };

/// 0 for a finite number.
std::uint64_t special_of(double value) noexcept;

/// The sum is within `slack` of high + low, unless `special` says otherwise.
struct EstimatedSum {
  double high = 0;
  double low = 0;
  double slack = 0;
  std::uint64_t special = 0;
};

struct FullSum {
  ExactSum sum;
  std::uint64_t special = 0;
};

/// Writes one sum for each part. kOverflow: the elements are finite, a sum on the way was not.
void estimate_sums(const Reals& reals, EstimatedSum* sums) noexcept;

/// Writes one sum for each part. Never kOverflow. Runs of elements whose compensated sum loses nothing are
/// added as that, and only the others one by one.
void exact_sums(const Reals& reals, FullSum* sums) noexcept;

/// A sum over all chunks.
struct TotalSum {
  ExactSum sum;
  double slack = 0;
  std::uint64_t special = 0;

  void add(const EstimatedSum& part) noexcept;
  void add(const FullSum& part) noexcept;

  /// The sum, rounded to double, divided by `divisor` and rounded to T, a real floating type other than long
  /// double: NaN if there was a NaN or both infinities, else the infinity if there was one. Empty: slack
  /// leaves more than two neighbours to choose from, or a sum overflowed on the way.
  template <Element T>
  std::optional<T> quotient(double divisor) const noexcept;
};

}  // namespace shmkit::kernel
