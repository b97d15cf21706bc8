#include <shmkit/gc.hpp>

#include <algorithm>
#include <array>
#include <iostream>

#include <fmt/format.h>

#include "command_line.hpp"
#include "describe.hpp"
#include "format/human.hpp"
#include "format/printable.hpp"
#include "report_error.hpp"
#include "table.hpp"

namespace shmkit::tool {
namespace {

namespace po = boost::program_options;

constexpr Manual kManual{"gc", "[options]",
                         R"(Takes back what dead processes left in /dev/shm, and only that: pools nobody
lives in, the memory of their clients' jobs, arrays that were being made,
arrays whose owner (`shmtool create --owner PID`) is dead, and such queues.
Arrays and queues without an owner stay, and so does all that is not proven
dead.

Examples
  shmtool gc --dry-run
  shmtool gc
  shmtool gc --older-than 1h --json
)"};

// "90", "90s", "15m", "2h", "7d"
std::chrono::seconds parse_age(std::string text) {
  constexpr std::array<std::pair<char, std::uint64_t>, 4> kUnits = {
      {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}}};
  constexpr std::uint64_t kMost = 36'500;  // A hundred years of days, so that no product overflows.
  const std::string given = text;
  const auto* unit =
      std::ranges::find(kUnits, text.empty() ? '\0' : text.back(), &decltype(kUnits)::value_type::first);
  if (unit == kUnits.end()) return std::chrono::seconds(parse_count("older-than", text, 0, kMost * 86'400));
  text.pop_back();
  return std::chrono::seconds(parse_count("older-than", text, 0, kMost * 86'400 / unit->second) *
                              unit->second);
}

nlohmann::ordered_json leftover_json(const Leftover& leftover) {
  nlohmann::ordered_json value = {{"kind", leftover_name(leftover.kind)},
                                  {"name", leftover.name},
                                  {"path", leftover.path},
                                  {"bytes", leftover.bytes},
                                  {"reason", leftover.reason}};
  if (!leftover.removed) value["error"] = leftover.error;
  return value;
}

void print_all_json(const std::vector<Leftover>& leftovers, bool dry_run) {
  auto taken = nlohmann::ordered_json::array();
  auto kept = nlohmann::ordered_json::array();
  for (const auto& leftover : leftovers) (leftover.removed ? taken : kept).push_back(leftover_json(leftover));
  print_json({{"schema", "shmkit.gc/1"}, {"dry_run", dry_run}, {"taken", taken}, {"kept", kept}});
}

void print_table(const std::vector<Leftover>& leftovers) {
  Table table({{"KIND"}, {"NAME"}, {"SIZE", Align::right}, {"WHY"}});
  for (const auto& leftover : leftovers) {
    if (!leftover.removed) continue;
    table.add({std::string(leftover_name(leftover.kind)), printable(leftover.name),
               human_bytes(leftover.bytes), leftover.reason});
  }
  std::cout << table.text();
}

void print_text(const std::vector<Leftover>& leftovers, bool quiet) {
  if (std::ranges::any_of(leftovers, &Leftover::removed)) print_table(leftovers);
  if (leftovers.empty() && !quiet) std::cerr << "nothing to take back\n";
}

}  // namespace

int gc_command(const Words& words) {
  CommandLine line(kManual);
  line.options()("dry-run,n", "only say what would go")(
      "older-than", po::value<std::string>()->default_value("0")->value_name("AGE"),
      "leave what changed within this time: 90 (seconds), 15m, 2h, 7d");
  if (!line.parse(words, 0, 0)) return 0;
  GcOptions options;
  options.dry_run = line.has("dry-run");
  options.older_than = parse_age(line.get<std::string>("older-than"));
  const auto leftovers = gc(options);
  line.json() ? print_all_json(leftovers, options.dry_run) : print_text(leftovers, line.quiet());
  int code = 0;
  for (const auto& leftover : leftovers) {
    if (leftover.removed) continue;
    print_message("gc", Error(Errc::failed, leftover.error));
    code = static_cast<int>(Errc::failed);
  }
  return code;
}

}  // namespace shmkit::tool
