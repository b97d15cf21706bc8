#pragma once

#include <cstdint>
#include <string>

namespace shmkit::tool {

/// "548 B", "2.24 GiB": binary prefixes, two decimals, never more than four digits before the point.
std::string human_bytes(std::uint64_t bytes);

/// A duration to read: "340 ns", "12.50 us", "3.27 s", "4 min 07 s", "2 h 05 min", "3 d 04 h".
/// Requires: 0 <= seconds < 1e15.
std::string human_seconds(double seconds);

}  // namespace shmkit::tool
