#pragma once

#include <string>

#include "map/memory.hpp"
#include "queue/lease_word.hpp"

namespace shmkit::map {

/// Why a command failed: "exit code 3", "killed by signal 9 (Killed)", "cannot be started: ...". Not for lost
/// ones.
std::string ending_text(const Result& result, double timeout);

/// The same for one whose worker died.
std::string ending_text(queue::Cause cause);

}  // namespace shmkit::map
