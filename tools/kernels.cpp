#include <iostream>

#include <fmt/format.h>

#include <shmkit/run.hpp>

#include "command_line.hpp"
#include "describe.hpp"

namespace shmkit::tool {
namespace {

std::string argument_text(const ArgumentInfo& argument) {
  const std::string fallback = argument.fallback.empty() ? "" : fmt::format("={}", argument.fallback);
  return fmt::format("    {:<10}{}\n", fmt::format("{}{}", argument.name, fallback), argument.summary);
}

std::string kernel_text(const KernelInfo& kernel) {
  std::string text = fmt::format("  {:<10}{}\n", kernel.name, kernel.summary);
  for (const auto& argument : kernel.arguments) text += argument_text(argument);
  return text;
}

std::string_view kind_of(const KernelInfo& kernel) {
  if (!kernel.generates) return "reduction";
  return kernel.repeatable ? "generator" : "in place";
}

std::string group_text(std::string_view title, std::string_view kind) {
  std::string text = fmt::format("{}\n", title);
  for (const auto& kernel : kernels()) {
    if (kind_of(kernel) == kind) text += kernel_text(kernel);
  }
  return text;
}

nlohmann::ordered_json kernel_json(const KernelInfo& kernel) {
  auto arguments = nlohmann::ordered_json::array();
  for (const auto& argument : kernel.arguments) {
    arguments.push_back({{"name", argument.name},
                         {"summary", argument.summary},
                         {"required", argument.fallback.empty()},
                         {"default", argument.fallback}});
  }
  return {{"name", kernel.name},
          {"summary", kernel.summary},
          {"kind", kind_of(kernel)},
          {"arguments", arguments},
          {"dtypes", kernel.dtypes},
          {"result", kernel.result},
          {"repeatable", kernel.repeatable}};
}

}  // namespace

int kernels_command(const Words& words) {
  CommandLine line({"kernels", "[options]",
                    R"(Lists the kernels that `shmtool run` knows. Generators write their array,
reductions read it and print a result; what changes an array in place cannot
run twice, so a chunk whose worker dies fails the job. An argument without a
default must be given: --arg value=3.

Examples
  shmtool kernels
  shmtool run linspace x --arg start=0 --arg stop=1
)"});
  if (!line.parse(words, 0, 0)) return 0;
  if (line.json()) {
    auto list = nlohmann::ordered_json::array();
    for (const auto& kernel : kernels()) list.push_back(kernel_json(kernel));
    print_json({{"schema", "shmkit.kernels/1"}, {"kernels", list}});
    return 0;
  }
  std::cout << group_text("Reductions: read an array, print a result", "reduction") << '\n'
            << group_text("Generators: write an array; below each its arguments", "generator") << '\n'
            << group_text("In place: change an array; a chunk cannot run twice", "in place");
  return 0;
}

}  // namespace shmkit::tool
