#pragma once

#include <shmkit/array.hpp>

#include "command.hpp"

namespace shmkit::tool {

/// Becomes `command`, with the array open on a descriptor and described in SHMTOOL_* variables.
/// Returns only by throwing Error (not_found: no such array; usage: no such command; and as attach()).
int run_with_array(const Name& name, bool read_only, const Words& command);

}  // namespace shmkit::tool
