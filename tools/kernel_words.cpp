#include "kernel_words.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <shmkit/error.hpp>

#include "format/nearest.hpp"

namespace shmkit::tool {

Arguments parse_kernel_arguments(const CommandLine& line) {
  Arguments arguments;
  if (!line.has("arg")) return arguments;
  for (const auto& text : line.get<Words>("arg")) {
    const auto equals = text.find('=');
    if (equals == std::string::npos)
      throw Error(Errc::usage, fmt::format("--arg '{}' has no '='", text), "for instance --arg seed=42");
    if (!arguments.emplace(text.substr(0, equals), text.substr(equals + 1)).second)
      throw Error(Errc::usage, fmt::format("argument '{}' is given twice", text.substr(0, equals)));
  }
  return arguments;
}

void require_kernel(std::string_view name, const std::vector<std::string>& names, std::string_view plugin) {
  if (std::ranges::find(names, name) != names.end()) return;
  const auto close = nearest(name, names);
  throw Error(Errc::usage, fmt::format("there is no kernel '{}'", name),
              close            ? fmt::format("did you mean '{}'?", *close)
              : plugin.empty() ? "`shmtool kernels` lists them"
                               : fmt::format("`shmtool kernels --plugin {}` lists them", plugin));
}

}  // namespace shmkit::tool
