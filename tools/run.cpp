#include <algorithm>
#include <iostream>

#include <fmt/format.h>

#include <shmkit/run.hpp>

#include "command_line.hpp"
#include "format/nearest.hpp"
#include "report_error.hpp"
#include "run_report.hpp"

namespace shmkit::tool {
namespace {

namespace po = boost::program_options;

constexpr Manual kManual{"run", "KERNEL NAME [options]",
                         R"(Runs a kernel over an array. Worker processes attach to the array and claim
chunks of it; one that is killed costs a retry, never the result. The result
is the same, bit for bit, in every way and with any number of workers.

--via serial, thread and copy do the same job in one loop, in threads, and in
processes that get every chunk through a pipe: to compare. The first
repetition includes starting the workers.

Examples
  shmtool run max frames
  shmtool run sum frames --via thread --repeat 5 --json
  shmtool run random x --arg seed=42
)"};

Via parse_via(const std::string& text) {
  static const std::vector<std::pair<std::string, Via>> kWays = {
      {"serial", Via::serial}, {"thread", Via::thread}, {"process", Via::process}, {"copy", Via::copy}};
  for (const auto& [name, via] : kWays) {
    if (name == text) return via;
  }
  throw Error(Errc::usage, fmt::format("--via '{}' is unknown", text), "serial, thread, process or copy");
}

Arguments parse_arguments(const CommandLine& line) {
  Arguments arguments;
  if (!line.has("arg")) return arguments;
  for (const auto& text : line.get<Words>("arg")) {
    const auto equals = text.find('=');
    if (equals == std::string::npos)
      throw Error(Errc::usage, fmt::format("--arg '{}' has no '='", text), "for instance --arg seed=42");
    if (!arguments.emplace(text.substr(0, equals), text.substr(equals + 1)).second) {
      throw Error(Errc::usage, fmt::format("argument '{}' is given twice", text.substr(0, equals)));
    }
  }
  return arguments;
}

RunOptions parse_options(const CommandLine& line) {
  RunOptions options;
  options.via = parse_via(line.get<std::string>("via"));
  if (line.has("workers"))
    options.workers = static_cast<unsigned>(
        parse_count("workers", line.get<std::string>("workers"), 1, WorkerPool::kMaxWorkers));
  if (line.has("chunks"))
    options.chunks = parse_count("chunks", line.get<std::string>("chunks"), 1, std::uint64_t{1} << 22U);
  options.retries = static_cast<unsigned>(parse_count("retries", line.get<std::string>("retries"), 0, 30));
  options.repeat =
      static_cast<unsigned>(parse_count("repeat", line.get<std::string>("repeat"), 1, 1'000'000));
  options.arguments = parse_arguments(line);
  return options;
}

const KernelInfo& find_kernel(const std::vector<KernelInfo>& all, const std::string& name) {
  std::vector<std::string> names;
  for (const auto& kernel : all) {
    if (kernel.name == name) return kernel;
    names.emplace_back(kernel.name);
  }
  const auto close = nearest(name, names);
  throw Error(Errc::usage, fmt::format("there is no kernel '{}'", name),
              close ? fmt::format("did you mean '{}'?", *close) : "`shmtool kernels` lists them");
}

void add_options(CommandLine& line) {
  line.options()("via", po::value<std::string>()->default_value("process")->value_name("WAY"),
                 "process, thread, serial or copy")(
      "workers,w", po::value<std::string>()->value_name("N"),
      "how many; by default as many CPUs as this process may use")(
      "chunks,c", po::value<std::string>()->value_name("N"), "into how many chunks the array is cut")(
      "repeat,n", po::value<std::string>()->default_value("1")->value_name("N"),
      "run it N times on the same workers")("retries",
                                            po::value<std::string>()->default_value("2")->value_name("N"),
                                            "how often a chunk may kill its worker and be tried again")(
      "arg,a", po::value<Words>()->value_name("KEY=VALUE"), "an argument of the kernel; may be repeated")(
      "verbose,v", "say how many workers there are, and why, and how long it took");
}

void explain_workers(const RunOptions& options) {
  if (options.via == Via::serial) return;
  const WorkerCount automatic = default_workers();
  const bool given = options.workers != 0;
  std::cerr << fmt::format("workers: {}, because of {}\n", given ? options.workers : automatic.count,
                           given ? "--workers" : automatic.reason);
}

}  // namespace

int run_command(const Words& words) {
  CommandLine line(kManual);
  add_options(line);
  if (!line.parse(words, 2, 2)) return 0;
  const RunOptions options = parse_options(line);
  const auto all = kernels();
  const KernelInfo& kernel = find_kernel(all, line.positionals()[0]);
  const Name name = Name::parse(line.positionals()[1]);
  AnyArray array = with_suggestion(name, [&] {
    return AnyArray::attach(name, kernel.generates ? Access::read_write : Access::read_only);
  });
  if (line.has("verbose")) explain_workers(options);
  const RunReport report = run(kernel.name, array, options);
  return print_report(line, options, array.info(), report);
}

}  // namespace shmkit::tool
