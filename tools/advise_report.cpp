#include "advise_report.hpp"

#include <iostream>
#include <sstream>

#include <fmt/format.h>

#include "advise_json.hpp"
#include "advise_words.hpp"
#include "describe.hpp"
#include "format/human.hpp"
#include "table.hpp"

namespace shmkit::tool {
namespace {

// Broken at blanks.
std::string wrapped(const std::string& text) {
  constexpr std::size_t kColumns = 79;
  std::istringstream words(text);
  std::string lines;
  std::string line;
  for (std::string word; words >> word;) {
    if (!line.empty() && line.size() + 1 + word.size() > kColumns) {
      lines += line + '\n';
      line.clear();
    }
    line += (line.empty() ? "" : " ") + word;
  }
  return lines + line + '\n';
}

std::string time_cell(const std::optional<double>& seconds) {
  return seconds ? human_seconds(*seconds) : std::string("-");
}

std::string times_text(const Advice& advice) {
  if (advice.times.empty()) return "";
  Table table({{"workers", Align::right},
               {"started", Align::right},
               {"measured", Align::right},
               {"pooled", Align::right},
               {"measured", Align::right},
               {"copied", Align::right},
               {"measured", Align::right}});
  for (const WorkerTimes& times : advice.times) {
    std::vector<std::string> cells{std::to_string(times.workers)};
    for (const WayTimes* way : {&times.ephemeral, &times.pooled, &times.copied}) {
      cells.push_back(time_cell(way->predicted));
      cells.push_back(time_cell(way->measured));
    }
    table.add(cells);
  }
  const std::string how =
      advice.serial.measured
          ? std::string("measured")
          : fmt::format("predicted from {}", count_text(static_cast<double>(advice.sample)));
  const std::string loop =
      fmt::format("One loop: {}, {}; {} if the array is new to it.",
                  human_seconds(advice.likely(advice.serial)), how, human_seconds(advice.serial_new));
  return fmt::format(
      "\nPredicted and measured: workers started for the job, of a pool that is there,\n"
      "and fed through pipes.\n{}{}",
      table.text(), wrapped(loop));
}

std::string chunks_text(const Advice& advice) {
  if (advice.times.empty()) return "";
  return advice.chunks == advice.default_chunks
             ? fmt::format("Chunks: {}, as by default.\n", advice.chunks)
             : fmt::format("Chunks: --chunks {}; by default there are {}.\n", advice.chunks,
                           advice.default_chunks);
}

std::string from_cell(const std::optional<double>& size) {
  return size ? count_text(*size) : std::string("never");
}

std::string break_even_text(const Advice& advice) {
  if (advice.verdict == Verdict::sequential || advice.verdict == Verdict::size) return "";
  return fmt::format("Break-even: {} in a pool, {} if workers are started for it.\n",
                     from_cell(advice.break_even_pooled), from_cell(advice.break_even_ephemeral));
}

std::string notes_text(const AdviseReport& report, const Advice& advice) {
  std::string text;
  if (!advice.times.empty() && !advice.serial.measured)
    text += wrapped(fmt::format("Too much to be measured here: predicted only, from a sample of {}.",
                                count_text(static_cast<double>(advice.sample))));
  if (advice.at_least) text += "One item alone took too long to be measured: all times are lower bounds.\n";
  if (advice.busy >= Advice::kBusy)
    text += wrapped(fmt::format(
        "The machine is busy: samples waited {:.0f} % of their time for a CPU. Predictions are for "
        "one that is not.",
        advice.busy * 100));
  if (report.costs.workers > report.costs.cpus)
    text += wrapped(fmt::format("{} workers share {} CPU{} ({}).", report.costs.workers, report.costs.cpus,
                                report.costs.cpus == 1 ? "" : "s", report.costs.cpus_reason));
  return text;
}

std::string heading(const AdviseReport& report, const Advice& advice) {
  std::string text = advice.kernel;
  if (!report.name.empty()) text += " " + report.name;
  if (advice.kind != KernelKind::compute) text += ", " + advice.dtype.name();
  return advice.size ? fmt::format("{}, {}", text, amount_text(advice)) : text;
}

std::string bytes_rate(double rate) { return human_bytes(static_cast<std::uint64_t>(rate)) + "/s"; }

std::string pair_text(const PerWorker& seconds, unsigned workers) {
  const std::string one = human_seconds(seconds.of(1));
  return workers == 1 ? one : fmt::format("{}, of {}: {}", one, workers, human_seconds(seconds.of(workers)));
}

std::string costs_text(const Costs& costs) {
  const bool cached = costs.memory_sample < 2 * costs.cache;
  std::string text = "This machine\n";
  const auto add = [&text](std::string_view what, const std::string& much) {
    text += fmt::format("  {:<26}{}\n", what, much);
  };
  add("CPUs", fmt::format("{}, because of {}", costs.cpus, costs.cpus_reason));
  add("start 1 worker", pair_text(costs.start, costs.workers));
  add("end it", pair_text(costs.end, costs.workers));
  add("round trip of a job", pair_text(costs.round_trip, costs.workers));
  add("dispatch", fmt::format("{:.1f} ns per chunk", costs.chunk * 1e9));
  add("attach", human_seconds(costs.attach));
  add("first touch",
      fmt::format("{} ({:.0f} ns per 4 KiB)", bytes_rate(costs.touch_rate), 4096 / costs.touch_rate * 1e9));
  add("first write", bytes_rate(costs.fresh_rate));
  add("copy through a pipe", bytes_rate(costs.copy_rate));
  add("read memory, 1 worker", bytes_rate(costs.memory_one));
  if (costs.workers > 1)
    add(fmt::format("read memory, {} workers", costs.workers), bytes_rate(costs.memory_all));
  if (cached) text += "  (the sample may be in the last-level cache)\n";
  return text;
}

std::string typical_text(const std::vector<Advice>& typical) {
  Table table({{"kernel", Align::left}, {"pooled", Align::right}, {"started", Align::right}});
  for (const Advice& advice : typical)
    table.add({advice.kernel, from_cell(advice.break_even_pooled), from_cell(advice.break_even_ephemeral)});
  return "\nElements (of pi: points) from which on workers beat one loop: workers of a\n"
         "pool, and workers started for the job\n" +
         table.text();
}

std::string report_text(const CommandLine& line, const AdviseReport& report) {
  if (!report.advice) return costs_text(report.costs) + typical_text(report.typical);
  const Advice& advice = *report.advice;
  const std::string verdict = wrapped(verdict_text(advice, report.costs));
  if (line.quiet()) return verdict;
  std::string text = wrapped(heading(report, advice)) + verdict + times_text(advice) + chunks_text(advice) +
                     break_even_text(advice) + notes_text(report, advice);
  if (line.has("verbose")) text += "\n" + costs_text(report.costs);
  return text;
}

}  // namespace

void print_advice(const CommandLine& line, const AdviseReport& report) {
  if (line.json())
    print_json(advise_json(report));
  else
    std::cout << report_text(line, report);
}

}  // namespace shmkit::tool
