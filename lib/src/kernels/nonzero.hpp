#pragma once

#include <cstddef>

#include <shmkit/dtype.hpp>

namespace shmkit::kernel {

/// How many of `count` elements are not zero, as NumPy sees it: NaN is not, -0.0 is, a complex number is if
/// both its parts are. Requires: a computable kind, `data` aligned for it.
std::size_t count_nonzeros(Kind kind, const void* data, std::size_t count) noexcept;

}  // namespace shmkit::kernel
