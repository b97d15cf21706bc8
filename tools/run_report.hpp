#pragma once

#include <shmkit/run.hpp>

#include "command_line.hpp"

namespace shmkit::tool {

/// Prints the result on stdout, times and failed chunks on stderr (with --json everything on stdout, schema
/// shmkit.run/1). Returns the exit code.
int print_report(const CommandLine& line, const RunOptions& options, const ArrayInfo& info,
                 const RunReport& report, const std::string& workers_reason);

}  // namespace shmkit::tool
