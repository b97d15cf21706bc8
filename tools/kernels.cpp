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

std::string kernel_text(const KernelInfo& kernel, bool verbose) {
  std::string text = fmt::format("  {:<10}{}\n", kernel.name, kernel.summary);
  for (const auto& argument : kernel.arguments) text += argument_text(argument);
  if (!verbose) return text;
  const char* repeatable = kernel.repeatable ? "yes" : "with --out";
  if (kernel.arrays > 0) text += fmt::format("    {:<12}{}\n", "dtypes:", kernel.dtypes);
  text += fmt::format("    {:<12}{}\n    {:<12}{}\n", "result:", kernel.result, "repeatable:", repeatable);
  return text + fmt::format("    {:<12}shmtool {}\n", "example:", kernel.example);
}

std::string_view kind_of(const KernelInfo& kernel) {
  switch (kernel.kind) {
    case KernelKind::reduction:
      return "reduction";
    case KernelKind::generator:
      return "generator";
    case KernelKind::map:
      return "map";
    case KernelKind::compute:
      return "compute";
  }
  return "unknown";
}

std::string group_text(std::string_view title, std::string_view kind, bool verbose) {
  std::string text = fmt::format("{}\n", title);
  for (const auto& kernel : kernels()) {
    if (kind_of(kernel) == kind) text += kernel_text(kernel, verbose);
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
  return {{"name", kernel.name},     {"summary", kernel.summary},       {"kind", kind_of(kernel)},
          {"arrays", kernel.arrays}, {"arguments", arguments},          {"dtypes", kernel.dtypes},
          {"result", kernel.result}, {"repeatable", kernel.repeatable}, {"example", kernel.example}};
}

}  // namespace

int kernels_command(const Words& words) {
  CommandLine line({"kernels", "[options]",
                    R"(Lists the kernels that `shmtool run` knows. An argument without a default must
be given: --arg value=3. With -v also dtypes, result and an example. A map that
changes its array in place cannot run twice: a chunk whose worker dies fails
the job; with --out it is run again, as all others are.

Examples
  shmtool kernels
  shmtool run linspace x --arg start=0 --arg stop=1
)"});
  line.options()("verbose,v", "also dtypes, result, whether a chunk can run twice, and an example");
  if (!line.parse(words, 0, 0)) return 0;
  if (line.json()) {
    auto list = nlohmann::ordered_json::array();
    for (const auto& kernel : kernels()) list.push_back(kernel_json(kernel));
    print_json({{"schema", "shmkit.kernels/1"}, {"kernels", list}});
    return 0;
  }
  const bool verbose = line.has("verbose");
  std::cout << group_text("Reductions: read arrays, print a result (below each its arguments)", "reduction",
                          verbose)
            << '\n'
            << group_text("Generators: write an array", "generator", verbose) << '\n'
            << group_text("Maps: change an array in place, or make another one with --out", "map", verbose)
            << '\n'
            << group_text("Computations: need no array", "compute", verbose);
  return 0;
}

}  // namespace shmkit::tool
