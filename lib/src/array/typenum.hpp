#pragma once

#include <cstdint>
#include <optional>

#include <shmkit/dtype.hpp>

namespace shmkit::trailer {

/// NumPy's type number (NPY_TYPES) of a dtype, as NumPy on 64-bit Linux would store it.
std::int32_t typenum_of(const DType& dtype) noexcept;

/// The kind of a stored type number. Empty: unknown, or object. long long counts as int64.
std::optional<Kind> kind_of_typenum(std::int32_t typenum) noexcept;

}  // namespace shmkit::trailer
