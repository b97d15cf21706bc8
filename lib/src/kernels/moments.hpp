#pragma once

#include <cmath>
#include <cstdint>

#include "kernels/float_sum.hpp"

namespace shmkit::kernel {

/// Number, mean and sum of the squared deviations from the mean of some real numbers.
///
/// The mean is the sum of two numbers: merging takes the difference of two means, which has to be good also
/// where they are nearly equal.
template <class R>
struct Moments {
  std::uint64_t count = 0;
  R mean = 0;
  R mean_low = 0;
  R squares = 0;  ///< NaN: there is an element that is not finite. Infinite: they are, a sum was not.

  /// The moments of both. T. F. Chan, G. H. Golub, R. J. LeVeque, "Updating formulae and a pairwise algorithm
  /// for computing sample variances", 1979, formula 2.1.
  void merge(const Moments& later) noexcept {
    if (later.count == 0) return;
    if (count == 0) {
      *this = later;
      return;
    }
    const R both = squares + later.squares;
    const R own = static_cast<R>(count);
    const R others = static_cast<R>(later.count);
    count += later.count;
    squares = both;
    if (!std::isfinite(both)) return;
    const R delta = (later.mean - mean) + (later.mean_low - mean_low);
    const R share = others / (own + others);
    squares = both + delta * delta * own * share;
    move_mean(delta * share);
    if (!std::isfinite(squares + mean)) squares = HUGE_VAL;
  }

  void move_mean(R by) noexcept {
    const R low = mean_low + by;
    const R moved = mean + low;
    mean_low = low - (moved - mean);
    mean = moved;
  }
};

/// Writes the moments of at most kBlockReals reals, one for each part. Two passes over the block, in 32
/// virtual lanes: the mean, then the deviations from it, whose sum corrects both the mean and the squares (T.
/// F. Chan, G. H. Golub, R. J. LeVeque, "Algorithms for computing the sample variance: analysis and
/// recommendations", 1983). Requires: count > 0.
void block_moments(const Reals& reals, Moments<double>* moments) noexcept;

}  // namespace shmkit::kernel
