#include "job/arguments.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace shmkit::job {
namespace {

bool has_argument(const kernel::Kernel& kernel, std::string_view name) {
  return std::ranges::find(kernel.info.arguments, name, &ArgumentInfo::name) != kernel.info.arguments.end();
}

std::string argument_names(const kernel::Kernel& kernel) {
  if (kernel.info.arguments.empty()) return "it takes none";
  std::string names = "it takes:";
  for (const auto& argument : kernel.info.arguments) names += fmt::format(" {}", argument.name);
  return names;
}

}  // namespace

Arguments complete_arguments(const kernel::Kernel& kernel, const Arguments& given) {
  for (const auto& [name, value] : given) {
    if (has_argument(kernel, name)) continue;
    throw Error(Errc::usage, fmt::format("kernel {} has no argument '{}'", kernel.info.name, name),
                argument_names(kernel));
  }
  Arguments complete = given;
  for (const auto& argument : kernel.info.arguments) {
    if (complete.contains(std::string(argument.name))) continue;
    if (argument.fallback.empty()) {
      throw Error(Errc::usage,
                  fmt::format("kernel {} needs the argument '{}'", kernel.info.name, argument.name),
                  fmt::format("{}: {}", argument.name, argument.summary));
    }
    complete.emplace(argument.name, argument.fallback);
  }
  return complete;
}

}  // namespace shmkit::job
