#pragma once

#include <map>
#include <optional>
#include <string>

#include <shmkit/array.hpp>
#include <shmkit/map.hpp>

#include "command_line.hpp"

namespace shmkit::tool {

/// What the commands are run for.
struct MapSource {
  MapItems items;
  std::map<std::string, std::string> constants;  ///< Placeholders of an array: {name}, {path}, ...
  std::optional<AnyArray> array;                 ///< Held as long as commands may use it.
};

void add_item_options(CommandLine& line);

/// The array, lines or range that the words name. Throws Error (usage, and as AnyArray::attach()).
MapSource map_source(const CommandLine& line);

/// "0:10", "10:0:-2". Throws Error (usage).
MapItems parse_range(const std::string& text);

}  // namespace shmkit::tool
