#pragma once

#include <optional>

#include <shmkit/error.hpp>
#include <shmkit/run.hpp>

#include "command_line.hpp"
#include "run_arrays.hpp"

namespace shmkit::tool {

/// Prints the result, or what array holds the results, on stdout, times and failed chunks on stderr (with
/// --json everything on stdout, schema shmkit.run/1), then what is wrong with a job that is done, if anything
/// is: `flaw`. Returns the exit code.
int print_report(const CommandLine& line, const RunOptions& options, const KernelInfo& kernel,
                 const RunArrays& arrays, const RunReport& report, const std::string& workers_reason,
                 const std::optional<Error>& flaw);

}  // namespace shmkit::tool
