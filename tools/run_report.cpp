#include "run_report.hpp"

#include <algorithm>
#include <iostream>

#include <fmt/format.h>

#include "describe.hpp"
#include "format/format_array.hpp"
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

std::uint64_t bytes_of(const RunArrays& arrays) {
  std::uint64_t bytes = 0;
  for (const AnyArray& array : arrays.inputs()) bytes += array.info().nbytes;
  return bytes;
}

nlohmann::ordered_json names_json(const RunArrays& arrays) {
  auto names = nlohmann::ordered_json::array();
  for (const AnyArray& array : arrays.inputs()) names.push_back(array.info().name.text());
  return names;
}

// A named output is described, one that is only shown has its values here.
nlohmann::ordered_json output_json(const RunArrays& arrays) {
  const AnyArray* out = arrays.output();
  if (out == nullptr) return nullptr;
  if (arrays.output_is_named()) return array_json(with_creation_time(out->info()));
  return {{"dtype", out->dtype().name()},
          {"shape", out->shape().extents()},
          {"values", values_json(whole(out->dtype(), out->shape(), out->bytes()))}};
}

nlohmann::ordered_json report_json(const RunOptions& options, const RunArrays& arrays,
                                   const RunReport& report, const std::string& workers_reason) {
  const ArrayInfo* info = arrays.inputs().empty() ? nullptr : &arrays.inputs().front().info();
  nlohmann::ordered_json value = {
      {"schema", "shmkit.run/1"},
      {"kernel", report.kernel},
      {"name", info != nullptr ? nlohmann::ordered_json(info->name.text()) : nullptr},
      {"names", names_json(arrays)},
      {"dtype", info != nullptr ? nlohmann::ordered_json(info->dtype.name()) : nullptr},
      {"shape", info != nullptr ? nlohmann::ordered_json(info->shape.extents()) : nullptr},
      {"nbytes", bytes_of(arrays)},
      {"result", value_json(report.result)},
      {"result_dtype",
       report.result.has_value() ? nlohmann::ordered_json(report.result.dtype.name()) : nullptr},
      {"out", report.failures.empty() ? output_json(arrays) : nullptr},
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

std::string times_text(std::uint64_t bytes, const RunReport& report) {
  const double median = warm_median(report.seconds);
  const double rate = median > 0 ? static_cast<double>(bytes) / median : 0;
  const std::string first = human_seconds(report.seconds.front());
  const std::string rate_text =
      bytes > 0 ? fmt::format(" ({}/s)", human_bytes(static_cast<std::uint64_t>(rate))) : "";
  if (report.seconds.size() == 1) return fmt::format("took {}{}\n", first, rate_text);
  return fmt::format("first {}, median of the other {}: {}{}\n", first, report.seconds.size() - 1,
                     human_seconds(median), rate_text);
}

std::string advice(const KernelInfo& kernel, const RunReport& report, bool in_place) {
  if (!kernel.repeatable && in_place)
    return "what it changes in place may be changed already, in part: make the array anew before you run it "
           "again";
  if (std::ranges::any_of(report.failures, &ChunkFailure::complained))
    return "that is what the kernel says of its input or arguments: more --retries would not help";
  return "more --retries help if something else kills workers; otherwise look at what is in that range";
}

void print_answer(const CommandLine& line, const RunArrays& arrays, const RunReport& report) {
  if (report.result.has_value()) std::cout << value_text(report.result) << '\n';
  const AnyArray* out = arrays.output();
  if (out == nullptr) return;
  if (!arrays.output_is_named())
    std::cout << format_array(whole(out->dtype(), out->shape(), out->bytes())) << '\n';
  else if (!line.quiet())
    std::cout << array_line(out->info()) << '\n';
}

Error failure_error(const KernelInfo& kernel, const RunReport& report, bool in_place) {
  const auto& first = report.failures.front();
  return {Errc::chunks_failed,
          fmt::format("{} of {} chunks failed: chunk {} [{}, {}) was given up after {} attempt{}, {}",
                      report.failures.size(), report.chunks, first.index, first.begin, first.end,
                      first.attempts, first.attempts == 1 ? "" : "s", first.reason),
          advice(kernel, report, in_place)};
}

}  // namespace

int print_report(const CommandLine& line, const RunOptions& options, const KernelInfo& kernel,
                 const RunArrays& arrays, const RunReport& report, const std::string& workers_reason,
                 const std::optional<Error>& flaw) {
  const bool failed = !report.failures.empty();
  const auto error = failed ? std::optional(failure_error(kernel, report, arrays.output() == nullptr)) : flaw;
  if (line.json()) {
    auto value = report_json(options, arrays, report, workers_reason);
    if (error) value["error"] = error_json(*error);
    print_json(value);
  } else if (!failed) {
    print_answer(line, arrays, report);
  }
  if (error) print_message("run", *error);
  const bool talk = line.has("verbose") || report.seconds.size() > 1;
  if (talk && !line.json() && !line.quiet()) std::cerr << times_text(bytes_of(arrays), report);
  if (line.has("verbose") && report.deaths > 0)
    std::cerr << fmt::format("{} workers died, {} chunks ran again\n", report.deaths, report.retries);
  return error ? static_cast<int>(error->errc()) : 0;
}

}  // namespace shmkit::tool
