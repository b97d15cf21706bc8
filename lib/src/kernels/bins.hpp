#pragma once

#include <cstddef>
#include <cstdint>

#include <shmkit/dtype.hpp>

#include "kernels/narrow.hpp"

namespace shmkit::kernel {

/// Equal bins from lo to hi. Their edges are numpy.linspace's, rounded to a kind: float16, float32 or
/// float64.
struct Bins {
  double lo = 0;
  double hi = 0;
  double step = 0;      ///< Not 0.
  double per_unit = 0;  ///< Bins.
  std::uint32_t count = 0;
  Kind edges = Kind::float64;

  /// Where bin i begins, or, for i = count, where the last one ends.
  double edge(std::uint32_t i) const noexcept {
    const double exact = i == count ? hi : static_cast<double>(i) * step + lo;
    if (edges == Kind::float64) return exact;
    return edges == Kind::float32 ? rounded<float>(exact) : rounded<float16>(exact);
  }

  template <class E>
  static double rounded(double edge) noexcept {
    return widen(narrow<E>(edge));
  }
};

/// Writes the index of each element's bin; -1 if it is outside of [edge(0), edge(count)] or NaN. The edges
/// decide: a first guess from the distance to lo is at most one off, as in NumPy's own algorithm. The indices
/// are not to be relied on where the bins come from another process.
void find_bins(const Bins& bins, const double* data, std::size_t count, std::int32_t* found) noexcept;

}  // namespace shmkit::kernel
