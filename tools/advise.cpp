#include <array>
#include <iostream>

#include <fmt/format.h>

#include <shmkit/advise.hpp>

#include "advise_report.hpp"
#include "command_line.hpp"
#include "kernel_words.hpp"
#include "report_error.hpp"

namespace shmkit::tool {
namespace {

namespace po = boost::program_options;

constexpr Manual kManual{"advise", "[KERNEL] [NAME | --size N] [options]",
                         R"(Says whether it pays to go parallel, with how many workers and in how many
chunks: for an array, or for N elements of a made-up one. Measures this machine
and samples of the job for up to two seconds; the array is only read. What is
too large to be measured is predicted (docs/advise.md has the formulas).

Without NAME and --size: from which size on it pays. Without KERNEL: what this
machine takes to start workers, to copy, to attach and to hand out chunks, and
from which size on a few kernels pay. `iterate` stands for jobs in which each
step needs the result of the one before.

Examples
  shmtool advise
  shmtool advise max --size 300000000
  shmtool advise mean frames -w 8
  shmtool advise pi --arg n=100000000 --json
  shmtool advise iterate --size 1000000
)"};

constexpr std::chrono::duration<double> kCalibration{0.6};
constexpr std::chrono::duration<double> kMeasuring{1.1};

/// What is said of a machine that nobody asks about a kernel.
constexpr std::array<std::string_view, 4> kTypical{"max", "sum", "exp", "pi"};

void add_options(CommandLine& line) {
  line.options()("size,s", po::value<std::string>()->value_name("N"), "that many elements, or items")(
      "workers,w", po::value<std::string>()->value_name("N"),
      "advise up to so many; by default as many CPUs as this process may use")(
      "chunks,c", po::value<std::string>()->value_name("N"), "into so many chunks, whatever is better")(
      "dtype,d", po::value<std::string>()->value_name("DTYPE"), "of the made-up array; by default float64")(
      "arg,a", po::value<Words>()->value_name("KEY=VALUE"), "an argument of the kernel; may be repeated")(
      "verbose,v", "also what this machine takes");
}

AdviseOptions parse_options(const CommandLine& line) {
  AdviseOptions options;
  if (line.has("workers"))
    options.workers = static_cast<unsigned>(
        parse_count("workers", line.get<std::string>("workers"), 1, WorkerPool::kMaxWorkers));
  if (line.has("chunks"))
    options.chunks = parse_count("chunks", line.get<std::string>("chunks"), 1, std::uint64_t{1} << 22U);
  if (line.has("dtype")) options.dtype = DType::parse(line.get<std::string>("dtype"));
  options.arguments = parse_kernel_arguments(line);
  options.budget = kMeasuring;
  return options;
}

// `kernel` is empty if there is none.
void check_words(const CommandLine& line, const std::string& kernel, const KernelInfo* info) {
  const bool array = line.positionals().size() > 1;
  if (array && line.has("size"))
    throw Error(Errc::usage, "NAME and --size contradict each other", "the array has the size that it has");
  if (array && line.has("dtype"))
    throw Error(Errc::usage, "NAME and --dtype contradict each other", "the array has the dtype that it has");
  const bool arrays = info != nullptr && info->kind != KernelKind::compute;
  if (!kernel.empty() && !arrays && (array || line.has("dtype")))
    throw Error(Errc::usage, fmt::format("kernel {} takes no array", kernel), "say how much: --size N");
  for (const char* option : {"size", "dtype", "arg", "chunks"}) {
    if (kernel.empty() && line.has(option))
      throw Error(Errc::usage, fmt::format("--{} needs a KERNEL", option),
                  "for instance `shmtool advise max`");
  }
}

std::optional<std::uint64_t> parse_size(const CommandLine& line) {
  if (!line.has("size")) return std::nullopt;
  return parse_count("size", line.get<std::string>("size"), 1, std::uint64_t{1} << 50U);
}

const KernelInfo* find_kernel(const std::vector<KernelInfo>& all, const std::string& name) {
  std::vector<std::string> names{std::string(kIterate)};
  const KernelInfo* found = nullptr;
  for (const KernelInfo& kernel : all) {
    names.emplace_back(kernel.name);
    if (kernel.name == name) found = &kernel;
  }
  if (!name.empty()) require_kernel(name, names);
  return found;
}

std::vector<Advice> typical_advice(const Costs& costs, AdviseOptions options) {
  std::vector<Advice> advice;
  options.budget = kMeasuring / kTypical.size();
  for (const std::string_view kernel : kTypical) {
    advice.push_back(advise(kernel, std::nullopt, costs, options));
    advice.back().size.reset();
  }
  return advice;
}

}  // namespace

int advise_command(const Words& words) {
  CommandLine line(kManual);
  add_options(line);
  if (!line.parse(words, 0, 2)) return 0;
  const AdviseOptions options = parse_options(line);
  const std::string kernel = line.positionals().empty() ? "" : line.positionals()[0];
  const auto all = kernels();
  check_words(line, kernel, find_kernel(all, kernel));
  const auto size = parse_size(line);
  AdviseReport report;
  std::optional<AnyArray> array;
  if (line.positionals().size() > 1) {
    const Name name = Name::parse(line.positionals()[1]);
    array = with_suggestion(name, [&] { return AnyArray::attach(name, Access::read_only); });
    report.name = name.text();
  }
  if (array)
    check_advice(kernel, *array, options);
  else if (!kernel.empty())
    check_advice(kernel, size, options);
  report.workers_reason = options.workers != 0 ? "--workers" : default_workers().reason;
  report.costs = calibrate(kCalibration, options.workers);
  if (kernel.empty())
    report.typical = typical_advice(report.costs, options);
  else
    report.advice =
        array ? advise(kernel, *array, report.costs, options) : advise(kernel, size, report.costs, options);
  print_advice(line, report);
  return 0;
}

}  // namespace shmkit::tool
