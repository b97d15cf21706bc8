#pragma once

#include "kernels/kernel.hpp"
#include "kernels/promote.hpp"

namespace shmkit::job {

/// Whether a map whose results are of one kind may write into an array of another. Our own maps convert as
/// NumPy's "same_kind" allows; a user's code writes what it says and converts nothing.
inline bool can_hold(const kernel::Kernel& kernel, Kind result, Kind out) {
  return kernel.context == nullptr ? kernel::can_write(result, out) : result == out;
}

}  // namespace shmkit::job
