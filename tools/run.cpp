#include <algorithm>
#include <iostream>
#include <optional>

#include <fmt/format.h>

#include <shmkit/pool.hpp>
#include <shmkit/run.hpp>

#include "command_line.hpp"
#include "durations.hpp"
#include "format/printable.hpp"
#include "kernel_words.hpp"
#include "report_error.hpp"
#include "run_arrays.hpp"
#include "run_report.hpp"
#include "trace.hpp"

namespace shmkit::tool {
namespace {

namespace po = boost::program_options;

constexpr Manual kManual{"run", "KERNEL [NAME...] [options]",
                         R"(Runs a kernel over arrays. Worker processes attach to them and claim chunks;
one that is killed costs a retry, never the result. The result is the same,
bit for bit, in every way and with any number of workers.

A reduction prints its result; with --axis one for each place on the other
axes, which --out keeps as an array. A map changes its array in place, or makes
another one with --out. `shmtool kernels` tells what each kernel needs.

--via serial, thread and copy do the same job in one loop, in threads, and in
processes that get every chunk through a pipe: to compare. The first
repetition includes starting the workers, unless --pool NAME has them ready
(`shmtool pool start NAME`).

Examples
  shmtool run max frames
  shmtool run sum frames --via thread --repeat 5 --json
  shmtool run mean frames --axis 0 --out averages
  shmtool run sqrt x --slice '::2' --out y
  shmtool run add x y --out z
  shmtool run pi --arg n=100000000
  shmtool run energy x --plugin ./libmine.so
  shmtool run max frames --pool p --chunk-timeout 5
  shmtool run sum frames --repeat 3 --trace sum.json
)"};

Via parse_via(const std::string& text) {
  static const std::vector<std::pair<std::string, Via>> kWays = {
      {"serial", Via::serial}, {"thread", Via::thread}, {"process", Via::process}, {"copy", Via::copy}};
  for (const auto& [name, via] : kWays) {
    if (name == text) return via;
  }
  throw Error(Errc::usage, fmt::format("--via '{}' is unknown", text), "serial, thread, process or copy");
}

void check_way(const CommandLine& line, const RunOptions& options) {
  const bool pool = line.has("pool");
  if (pool && line.has("via"))
    throw Error(Errc::usage, "--pool and --via contradict each other", "a pool's workers are processes");
  if (pool && line.has("workers"))
    throw Error(Errc::usage, "--pool and --workers contradict each other",
                "a pool has the workers that it has");
  for (const char* option : {"timeout", "chunk-timeout"}) {
    if (line.has(option) && options.via != Via::process) {
      throw Error(Errc::usage, fmt::format("--{} needs --via process, or --pool", option),
                  "nobody could end what takes too long");
    }
  }
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
  options.arguments = parse_kernel_arguments(line);
  options.trace = line.has("trace");
  if (line.has("timeout")) options.timeout = parse_seconds("timeout", line.get<std::string>("timeout"));
  if (line.has("chunk-timeout"))
    options.chunk_timeout = parse_seconds("chunk-timeout", line.get<std::string>("chunk-timeout"));
  check_way(line, options);
  return options;
}

std::vector<KernelInfo> kernels_for(const RunOptions& options) {
  return options.plugin.empty() ? kernels() : kernels(options.plugin);
}

const KernelInfo& find_kernel(const std::vector<KernelInfo>& all, const std::string& name,
                              const RunOptions& options) {
  std::vector<std::string> names;
  for (const auto& kernel : all) names.emplace_back(kernel.name);
  require_kernel(name, names, options.plugin);
  return *std::ranges::find(all, name, &KernelInfo::name);
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
      "plugin", po::value<std::string>()->value_name("LIBRARY"), "the kernel is in this shared library")(
      "pool,p", po::value<std::string>()->value_name("NAME"), "use the workers of this pool")(
      "timeout", po::value<std::string>()->value_name("SECONDS"),
      "give up when one repetition takes longer: exit code 124")(
      "chunk-timeout", po::value<std::string>()->value_name("SECONDS"),
      "kill a worker that needs longer for one chunk; it counts as a death")(
      "trace", po::value<std::string>()->value_name("FILE"),
      "write what every worker did when, for ui.perfetto.dev")(
      "verbose,v", "say how many workers there are, and why, and how long it took");
}

// How many workers do a job, and what said so.
struct Workers {
  unsigned count = 1;
  std::string reason = "one loop";
};

Workers workers_of(const CommandLine& line, const RunOptions& options, const RunReport& report) {
  if (options.via == Via::serial) return {};
  if (line.has("pool")) return {report.workers, fmt::format("pool {}", line.get<std::string>("pool"))};
  return {report.workers, options.workers != 0 ? "--workers" : default_workers().reason};
}

RunReport execute(const CommandLine& line, std::string_view kernel, const JobArrays& arrays,
                  const RunOptions& options) {
  if (!line.has("pool")) return run(kernel, arrays, options);
  return PoolClient::connect(line.get<std::string>("pool")).run(kernel, arrays, options);
}

// Why it could not be written: the job is done nevertheless, and has its answer.
std::optional<Error> write_trace(const std::optional<TraceFile>& trace, const RunReport& report) {
  try {
    if (trace) trace->write(report);
  } catch (const Error& e) {
    return e;
  }
  return std::nullopt;
}

}  // namespace

int run_command(const Words& words) {
  CommandLine line(kManual);
  add_options(line);
  add_array_options(line);
  if (!line.parse(words, 1, 3)) return 0;
  RunOptions options = parse_options(line);
  if (line.has("plugin")) options.plugin = line.get<std::string>("plugin");
  std::optional<TraceFile> trace;
  if (options.trace) trace.emplace(line.get<std::string>("trace"));
  const auto all = kernels_for(options);
  const KernelInfo& kernel = find_kernel(all, line.positionals()[0], options);
  RunArrays arrays(kernel, {line.positionals().begin() + 1, line.positionals().end()}, line, options);
  const JobArrays job = arrays.prepare(kernel, options);
  const RunReport report = execute(line, kernel.name, job, options);
  if (report.failures.empty()) arrays.publish();
  const Workers workers = workers_of(line, options, report);
  if (line.has("verbose"))
    std::cerr << fmt::format("workers: {}, because of {}\n", workers.count, printable(workers.reason));
  return print_report(line, options, kernel, arrays, report, workers.reason, write_trace(trace, report));
}

}  // namespace shmkit::tool
