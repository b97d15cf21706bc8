#pragma once

#include <shmkit/map.hpp>

#include "command_line.hpp"

namespace shmkit::tool {

/// Prints what `map` has to say when all is over, and returns the exit code. Does not return if a signal
/// ended it: this process ends in the same way. Throws Error (failed): nobody reads the output, and SIGPIPE
/// is ignored.
int print_map_report(const CommandLine& line, const MapReport& report, const std::string& workers_reason);

}  // namespace shmkit::tool
