#pragma once

#include <optional>
#include <string>

#include <shmkit/gc.hpp>

namespace shmkit::reclaim {

/// What gc() does about one name in /dev/shm. Empty: it is no leftover, or has gone. Throws nothing of the
/// system's.
std::optional<Leftover> take(const std::string& leaf, const GcOptions& options);

}  // namespace shmkit::reclaim
