#pragma once

#include <cstdint>
#include <limits>
#include <string>

#include <shmkit/dtype.hpp>

namespace shmkit::tool {

/// The int64 that stands for "not a time" in datetime64 and timedelta64.
inline constexpr std::int64_t kNotATime = std::numeric_limits<std::int64_t>::min();

/// A datetime64 as NumPy writes it: ISO 8601 down to its unit ("2024-02-29", "1970-01-01T00:00:00.250"; a
/// week is its first day), years of at least four characters, or "NaT". The generic unit has no date: a plain
/// number. A date that needs more than 64 bits wraps around, as NumPy's does. Not as NumPy: days next to the
/// ends of the int64 range, where NumPy's own date is wrong by the same overflow. Requires: dtype.kind() ==
/// Kind::datetime64.
std::string datetime_text(std::int64_t count, const DType& dtype);

/// A timedelta64 scalar as `print` writes it: "5 days", "125 seconds", "5 generic time units", "NaT".
/// Requires: dtype.kind() == Kind::timedelta64.
std::string timedelta_text(std::int64_t count, const DType& dtype);

}  // namespace shmkit::tool
