#include <iostream>

#include <fmt/format.h>

#include <shmkit/run.hpp>

#include "command_line.hpp"
#include "describe.hpp"
#include "table.hpp"

namespace shmkit::tool {
namespace {

std::string argument_text(const KernelInfo& kernel) {
  std::string text;
  for (const auto& argument : kernel.arguments) {
    text += fmt::format("{}{}{}{}", text.empty() ? "" : " ", argument.name,
                        argument.fallback.empty() ? "" : "=", argument.fallback);
  }
  return text.empty() ? "-" : text;
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
          {"kind", kernel.generates ? "generator" : "reduction"},
          {"arguments", arguments},
          {"dtypes", kernel.dtypes},
          {"result", kernel.result},
          {"repeatable", kernel.repeatable}};
}

}  // namespace

int kernels_command(const Words& words) {
  CommandLine line({"kernels", "[options]",
                    R"(Lists the kernels that `shmtool run` knows. Generators write their array,
reductions read it and print a result. An argument without a default must be
given: --arg value=3.

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
  Table table({{"KERNEL"}, {"KIND"}, {"ARGUMENTS"}, {"WHAT IT DOES"}});
  for (const auto& kernel : kernels()) {
    table.add({std::string(kernel.name), kernel.generates ? "generator" : "reduction", argument_text(kernel),
               std::string(kernel.summary)});
  }
  std::cout << table.text();
  return 0;
}

}  // namespace shmkit::tool
