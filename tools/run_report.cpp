#include "run_report.hpp"

#include <algorithm>
#include <iostream>

#include <fmt/format.h>

#include "describe.hpp"
#include "format/human.hpp"
#include "format/value_json.hpp"
#include "format/value_text.hpp"
#include "report_error.hpp"

namespace shmkit::tool {
namespace {

std::string_view via_name(Via via) {
  switch (via) {
    case Via::serial:
      return "serial";
    case Via::thread:
      return "thread";
    case Via::process:
      return "process";
    case Via::copy:
      return "copy";
  }
  return "unknown";
}

// Of all repetitions but the first, which started the workers; of the first if there is no other.
double warm_median(std::vector<double> seconds) {
  if (seconds.size() > 1) seconds.erase(seconds.begin());
  std::ranges::sort(seconds);
  const std::size_t middle = seconds.size() / 2;
  return seconds.size() % 2 == 1 ? seconds[middle] : (seconds[middle - 1] + seconds[middle]) / 2;
}

nlohmann::ordered_json failures_json(const RunReport& report) {
  auto list = nlohmann::ordered_json::array();
  for (const auto& failure : report.failures) {
    list.push_back({{"chunk", failure.index},
                    {"begin", failure.begin},
                    {"end", failure.end},
                    {"attempts", failure.attempts},
                    {"reason", failure.reason}});
  }
  return list;
}

nlohmann::ordered_json report_json(const RunOptions& options, const ArrayInfo& info, const RunReport& report,
                                   const std::string& workers_reason) {
  nlohmann::ordered_json value = {
      {"schema", "shmkit.run/1"},
      {"kernel", report.kernel},
      {"name", info.name.text()},
      {"dtype", info.dtype.name()},
      {"shape", info.shape.extents()},
      {"nbytes", info.nbytes},
      {"result", value_json(report.result)},
      {"result_dtype",
       report.result.has_value() ? nlohmann::ordered_json(report.result.dtype.name()) : nullptr},
      {"via", via_name(options.via)},
      {"chunks", report.chunks},
      {"workers", report.workers},
      {"workers_reason", workers_reason},
      {"retries", report.retries},
      {"deaths", report.deaths},
      {"seconds", report.seconds},
      {"first_seconds", report.seconds.front()},
      {"median_seconds", warm_median(report.seconds)},
      {"failures", failures_json(report)}};
  if (options.via == Via::copy) value["pipe_bytes"] = report.pipe_bytes;
  return value;
}

std::string times_text(const ArrayInfo& info, const RunReport& report) {
  const double median = warm_median(report.seconds);
  const double rate = median > 0 ? static_cast<double>(info.nbytes) / median : 0;
  const std::string first = human_seconds(report.seconds.front());
  const std::string rate_text = human_bytes(static_cast<std::uint64_t>(rate));
  if (report.seconds.size() == 1) return fmt::format("took {} ({}/s)\n", first, rate_text);
  return fmt::format("first {}, median of the other {}: {} ({}/s)\n", first, report.seconds.size() - 1,
                     human_seconds(median), rate_text);
}

std::string advice(const RunReport& report) {
  const auto all = kernels();
  const auto kernel = std::ranges::find(all, report.kernel, &KernelInfo::name);
  if (kernel != all.end() && !kernel->repeatable)
    return "what it changes in place may be changed already, in part: make the array anew before you run it "
           "again";
  return "more --retries help if something else kills workers; otherwise look at what is in that range";
}

Error failure_error(const RunReport& report) {
  const auto& first = report.failures.front();
  return {Errc::chunks_failed,
          fmt::format("{} of {} chunks failed: chunk {} [{}, {}) was given up after {} attempt{}, {}",
                      report.failures.size(), report.chunks, first.index, first.begin, first.end,
                      first.attempts, first.attempts == 1 ? "" : "s", first.reason),
          advice(report)};
}

}  // namespace

int print_report(const CommandLine& line, const RunOptions& options, const ArrayInfo& info,
                 const RunReport& report, const std::string& workers_reason) {
  const bool failed = !report.failures.empty();
  if (line.json()) {
    auto value = report_json(options, info, report, workers_reason);
    if (failed) value["error"] = error_json(failure_error(report));
    print_json(value);
  } else if (report.result.has_value()) {
    std::cout << value_text(report.result) << '\n';
  }
  if (failed) print_message("run", failure_error(report));
  const bool talk = line.has("verbose") || report.seconds.size() > 1;
  if (talk && !line.json() && !line.quiet()) std::cerr << times_text(info, report);
  if (line.has("verbose") && report.deaths > 0)
    std::cerr << fmt::format("{} workers died, {} chunks ran again\n", report.deaths, report.retries);
  return failed ? static_cast<int>(Errc::chunks_failed) : 0;
}

}  // namespace shmkit::tool
