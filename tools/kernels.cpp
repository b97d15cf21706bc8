#include <array>
#include <iostream>

#include <fmt/format.h>

#include <shmkit/run.hpp>

#include "command_line.hpp"
#include "describe.hpp"

namespace shmkit::tool {
namespace {

std::string argument_text(const ArgumentInfo& argument) {
  const std::string fallback = argument.fallback.empty() ? "" : fmt::format("={}", argument.fallback);
  return fmt::format("    {:<14}{}\n", fmt::format("{}{}", argument.name, fallback), argument.summary);
}

std::string kernel_text(const KernelInfo& kernel, bool verbose) {
  std::string text = fmt::format("  {:<14}{}\n", kernel.name, kernel.summary);
  for (const auto& argument : kernel.arguments) text += argument_text(argument);
  if (!verbose) return text;
  const char* repeatable = kernel.repeatable ? "yes" : "with --out";
  if (kernel.arrays > 0) text += fmt::format("    {:<14}{}\n", "dtypes:", kernel.dtypes);
  text += fmt::format("    {:<14}{}\n    {:<14}{}\n", "result:", kernel.result, "repeatable:", repeatable);
  return text + fmt::format("    {:<14}shmtool {}\n", "example:", kernel.example);
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

std::string group_text(const std::vector<KernelInfo>& all, std::string_view title, std::string_view kind,
                       bool verbose) {
  std::string text;
  for (const auto& kernel : all) {
    if (kind_of(kernel) == kind) text += kernel_text(kernel, verbose);
  }
  return text.empty() ? text : fmt::format("{}\n{}", title, text);
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

constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kGroups = {
    {{"Reductions: read arrays, print a result (below each its arguments)", "reduction"},
     {"Generators: write an array", "generator"},
     {"Maps: change an array in place, or make another one with --out", "map"},
     {"Computations: need no array", "compute"}}};

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
  line.options()("plugin", boost::program_options::value<std::string>()->value_name("LIBRARY"),
                 "those of this shared library")(
      "verbose,v", "also dtypes, result, whether a chunk can run twice, and an example");
  if (!line.parse(words, 0, 0)) return 0;
  const auto all = line.has("plugin") ? kernels(line.get<std::string>("plugin")) : kernels();
  if (line.json()) {
    auto list = nlohmann::ordered_json::array();
    for (const auto& kernel : all) list.push_back(kernel_json(kernel));
    print_json({{"schema", "shmkit.kernels/1"}, {"kernels", list}});
    return 0;
  }
  std::string text;
  for (const auto& [title, kind] : kGroups) {
    const std::string group = group_text(all, title, kind, line.has("verbose"));
    text += text.empty() || group.empty() ? group : "\n" + group;
  }
  std::cout << text;
  return 0;
}

}  // namespace shmkit::tool
