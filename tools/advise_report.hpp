#pragma once

#include <optional>
#include <string>
#include <vector>

#include <shmkit/advise.hpp>

#include "command_line.hpp"

namespace shmkit::tool {

/// What `advise` has found out.
struct AdviseReport {
  Costs costs;
  std::string workers_reason;    ///< What says how many workers there may be.
  std::optional<Advice> advice;  ///< On the kernel that was asked about.
  std::string name;              ///< Of the array; empty: none.
  std::vector<Advice> typical;   ///< On some kernels, if nobody asked about one.
};

/// In words or, with --json, as schema shmkit.advise/1 (tests/schemas/advise.json).
void print_advice(const CommandLine& line, const AdviseReport& report);

}  // namespace shmkit::tool
