#include "map_report.hpp"

#include <csignal>
#include <cstring>
#include <iostream>

#include <fmt/format.h>

#include "describe.hpp"
#include "format/human.hpp"
#include "report_error.hpp"

namespace shmkit::tool {
namespace {

nlohmann::ordered_json failures_json(const MapReport& report) {
  auto list = nlohmann::ordered_json::array();
  for (const auto& failure : report.failures) {
    list.push_back({{"index", failure.index},
                    {"item", failure.item},
                    {"attempts", failure.attempts},
                    {"reason", failure.reason}});
  }
  return list;
}

nlohmann::ordered_json report_json(const MapReport& report, const std::string& workers_reason) {
  return {
      {"schema", "shmkit.map/1"},         {"items", report.items},     {"done", report.done},
      {"failed", report.failures.size()}, {"skipped", report.skipped}, {"unfinished", report.unfinished},
      {"retries", report.retries},        {"deaths", report.deaths},   {"workers", report.workers},
      {"workers_reason", workers_reason}, {"seconds", report.seconds}, {"failures", failures_json(report)}};
}

std::string short_text(const std::string& item) {
  constexpr std::size_t kMost = 60;
  return item.size() <= kMost ? item : fmt::format("{}...", std::string_view(item).substr(0, kMost));
}

std::string rest_text(const MapReport& report) {
  return report.unfinished == 0 ? "" : fmt::format("; {} were not run to their end", report.unfinished);
}

std::string advice(const CommandLine& line) {
  return line.has("joblog") ? "the joblog lists them; the same command with --resume runs them again"
                            : "--joblog FILE would list them, and --resume run them again";
}

Error failure_error(const CommandLine& line, const MapReport& report) {
  const auto& first = report.failures.front();
  const std::string which = fmt::format("number {} ('{}')", first.index, short_text(first.item));
  return {Errc::chunks_failed,
          fmt::format("{} of {} commands failed: {} after {} attempt{}, {}{}", report.failures.size(),
                      report.items, which, first.attempts, first.attempts == 1 ? "" : "s", first.reason,
                      rest_text(report)),
          advice(line)};
}

Error stop_error(const CommandLine& line, const MapReport& report) {
  return {Errc::failed,
          fmt::format("stopped by signal {} ({}); {} of {} commands are done", report.signal,
                      ::strsignal(report.signal), report.skipped + report.done, report.items),
          line.has("joblog") ? "the same command with --resume does the rest" : ""};
}

// As if nothing had been in the signal's way.
void end_by(int signal) {
  std::cout.flush();
  const auto before = std::signal(signal, SIG_DFL);
  if (signal == SIGPIPE && before == SIG_IGN)
    throw Error(Errc::failed, "the output could not be written: its reader has gone");
  std::raise(signal);
}

}  // namespace

int print_map_report(const CommandLine& line, const MapReport& report, const std::string& workers_reason) {
  if (report.signal == SIGPIPE) end_by(SIGPIPE);
  const bool failed = !report.failures.empty();
  auto value = report_json(report, workers_reason);
  if (report.signal != 0) {
    value["error"] = error_json(stop_error(line, report));
    value["error"]["code"] = 128 + report.signal;
    print_message("map", stop_error(line, report));
  } else if (failed) {
    value["error"] = error_json(failure_error(line, report));
    print_message("map", failure_error(line, report));
  }
  if (line.json()) print_json(value);
  if (report.signal != 0) end_by(report.signal);
  if (line.has("verbose"))
    std::cerr << fmt::format("{} done, {} failed, {} skipped, {} retries, in {}\n", report.done,
                             report.failures.size(), report.skipped, report.retries,
                             human_seconds(report.seconds));
  return failed ? static_cast<int>(Errc::chunks_failed) : 0;
}

}  // namespace shmkit::tool
