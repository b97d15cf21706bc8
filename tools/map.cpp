#include <unistd.h>

#include <algorithm>
#include <iostream>

#include <fmt/format.h>

#include <shmkit/map.hpp>
#include <shmkit/run.hpp>

#include "command_line.hpp"
#include "durations.hpp"
#include "format/printable.hpp"
#include "format/progress.hpp"
#include "map_items.hpp"
#include "map_report.hpp"

namespace shmkit::tool {
namespace {

namespace po = boost::program_options;

constexpr Manual kManual{"map", "[NAME] [options] -- COMMAND [ARGUMENTS...]",
                         R"(Runs a command once per item, as many at once as there are workers. Items are
the chunks of the array NAME, the lines of --lines FILE, or the integers of
--range A:B; without any of them, the lines of standard input.

In the words of the command, {} is the item (BEGIN:END for a chunk), {index}
its number from 0, {worker} which of the workers runs it; for an array also
{begin} {end} {name} {path} {dtype} {shape} {nbytes} {offset}. Other braces are
left alone. Without any placeholder, {} is added as the last word. Commands
also find these as SHMTOOL_ITEM, SHMTOOL_INDEX, SHMTOOL_BEGIN and so on. There
is no shell in between: `-- sh -c '...'` is one.

What a command writes appears in one piece when it has ended; with --json on
standard error, because standard output is for the JSON value. Its standard
input is /dev/null. One that fails is not run again without --retries. The exit
code is 7 if some have failed for good, also if they took longer than
--timeout.

Examples
  shmtool map --range 0:4 -- echo this is
  shmtool map frames --chunks 4 -- python3 analyse.py {begin} {end}
  seq 3 | shmtool map -j 2 --keep-order -- sh -c 'echo "$SHMTOOL_ITEM"'
)"};

void add_options(CommandLine& line) {
  add_item_options(line);
  line.options()("workers,w", po::value<std::string>()->value_name("N"),
                 "how many commands run at once; by default as many as there are CPUs for this process")(
      "jobs,j", po::value<std::string>()->value_name("N"), "the same")(
      "retries", po::value<std::string>()->default_value("0")->value_name("N"),
      "how often a command that failed or was killed is run again")(
      "timeout", po::value<std::string>()->value_name("SECONDS"),
      "kill a command that takes longer, with all of its process group")(
      "halt", po::value<std::string>()->default_value("never")->value_name("WHEN"),
      "when one has failed: never (the others run), soon (no other is started), now (the others are ended "
      "too)")("keep-order,k", "outputs in the order of the items")(
      "joblog", po::value<std::string>()->value_name("FILE"), "a line for each command that has ended")(
      "resume", "pass over what the joblog says is done")("verbose,v",
                                                          "say how many workers there are, and why");
}

Words cut_command(Words& words) {
  const auto dashes = std::ranges::find(words, "--");
  Words command;
  if (dashes != words.end()) command.assign(dashes + 1, words.end());
  words.erase(dashes, words.end());
  return command;
}

Halt parse_halt(const std::string& text) {
  if (text == "never") return Halt::never;
  if (text == "soon") return Halt::soon;
  if (text == "now") return Halt::now;
  throw Error(Errc::usage, fmt::format("--halt '{}' is unknown", text), "never, soon or now");
}

unsigned parse_workers(const CommandLine& line) {
  if (line.has("workers") && line.has("jobs"))
    throw Error(Errc::usage, "--workers and --jobs are the same", "one of them is enough");
  const char* const option = line.has("jobs") ? "jobs" : "workers";
  if (!line.has(option)) return 0;
  return static_cast<unsigned>(
      parse_count(option, line.get<std::string>(option), 1, WorkerPool::kMaxWorkers));
}

MapOptions parse_options(const CommandLine& line) {
  MapOptions options;
  options.workers = parse_workers(line);
  options.retries = static_cast<unsigned>(parse_count("retries", line.get<std::string>("retries"), 0, 30));
  if (line.has("timeout")) options.timeout = parse_seconds("timeout", line.get<std::string>("timeout"));
  options.halt = parse_halt(line.get<std::string>("halt"));
  options.keep_order = line.has("keep-order");
  if (line.has("joblog")) options.joblog = line.get<std::string>("joblog");
  options.resume = line.has("resume");
  if (options.resume && options.joblog.empty())
    throw Error(Errc::usage, "--resume needs --joblog FILE", "the joblog says what is done");
  if (line.json()) options.output = STDERR_FILENO;
  return options;
}

}  // namespace

int map_command(const Words& all) {
  Words words = all;
  const Words command = cut_command(words);
  CommandLine line(kManual);
  add_options(line);
  if (!line.parse(words, 0, 1)) return 0;
  if (command.empty())
    throw Error(Errc::usage, "there is no command",
                "after '--', for instance `shmtool map --range 0:4 -- echo`");
  MapOptions options = parse_options(line);
  MapSource source = map_source(line);
  options.constants = source.constants;
  ProgressBar bar("map", !line.quiet() && ::isatty(STDERR_FILENO) == 1);
  options.progress = [&bar](std::uint64_t done, std::uint64_t total) { bar.update(done, total); };
  options.before_output = [&bar] { bar.finish(); };
  const MapReport report = map_commands(command, source.items, options);
  bar.finish();
  const std::string reason =
      options.workers != 0 ? (line.has("jobs") ? "--jobs" : "--workers") : default_workers().reason;
  if (line.has("verbose"))
    std::cerr << fmt::format("workers: {}, because of {}\n", report.workers, printable(reason));
  return print_map_report(line, report, reason);
}

}  // namespace shmkit::tool
