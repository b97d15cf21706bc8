#pragma once

#include <string_view>

#include <shmkit/run.hpp>

#include "command_line.hpp"

namespace shmkit::tool {

/// The values of --arg KEY=VALUE. Throws Error (usage).
Arguments parse_kernel_arguments(const CommandLine& line);

/// Throws Error (usage), with what was probably meant, if `name` is none of `names`: those of a library, or
/// the built-in ones.
void require_kernel(std::string_view name, const std::vector<std::string>& names,
                    std::string_view plugin = {});

}  // namespace shmkit::tool
