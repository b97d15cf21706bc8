#pragma once

#include <functional>
#include <optional>

#include <shmkit/array.hpp>

#include "command_line.hpp"

namespace shmkit::tool {

/// --mode, --owner, --replace and --if-absent, which every command that makes an array has.
void add_creation_options(CommandLine& line);

/// What they say. Throws Error (usage).
CreateOptions creation_options(const CommandLine& line);

/// Empty: there is no such name. Throws Error for everything else that is no array.
std::optional<ArrayInfo> existing_array(const Name& name);

/// With --if-absent: an array of this dtype and shape that exists already is fine, another one is an Error
/// (exists). Otherwise, or if there is none, what `create` makes.
ArrayInfo create_unless_present(const CommandLine& line, const Name& name, const DType& dtype,
                                const Shape& shape, const std::function<ArrayInfo()>& create);

}  // namespace shmkit::tool
