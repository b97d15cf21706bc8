#pragma once

#include <cstddef>

#include <shmkit/dtype.hpp>

namespace shmkit::kernel {

__extension__ typedef __int128 int128;  // NOLINT(modernize-use-using): an alias warns under -Wpedantic.

/// The exact sum of `count` integers or bools. Cannot overflow: fewer than 2^63 elements of at most 64 bits.
/// Requires: an integer kind or bool, `data` aligned for it.
int128 sum_integers(Kind kind, const void* data, std::size_t count) noexcept;

}  // namespace shmkit::kernel
