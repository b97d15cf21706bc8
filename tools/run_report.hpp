#pragma once

#include <shmkit/run.hpp>

#include "command_line.hpp"
#include "run_arrays.hpp"

namespace shmkit::tool {

/// Prints the result, or what array holds the results, on stdout, times and failed chunks on stderr (with
/// --json everything on stdout, schema shmkit.run/1). Returns the exit code.
int print_report(const CommandLine& line, const RunOptions& options, const KernelInfo& kernel,
                 const RunArrays& arrays, const RunReport& report, const std::string& workers_reason);

}  // namespace shmkit::tool
