#include <algorithm>
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

constexpr Manual kManual{"list", "[options]",
                         R"(Lists the arrays in /dev/shm: name, dtype, shape, size, owner, mode and when
they were made. What is there but is no array, or is damaged, is named on
stderr with the reason; --json has both.

Examples
  shmtool list
  shmtool list --json
)"};

void print_table(const std::vector<ListEntry>& entries) {
  Table table({{"NAME"}, {"DTYPE"}, {"SHAPE"}, {"SIZE", Align::right}, {"OWNER"}, {"MODE"}, {"CREATED"}});
  for (const auto& [name, info, error] : entries) {
    if (!info) continue;
    table.add({printable(name.text()), info->dtype.name(), info->shape.text(), human_bytes(info->nbytes),
               user_name(info->owner), mode_text(info->mode), created_text(*info)});
  }
  std::cout << table.text();
}

nlohmann::ordered_json entries_json(const std::vector<ListEntry>& entries) {
  auto arrays = nlohmann::ordered_json::array();
  auto others = nlohmann::ordered_json::array();
  for (const auto& [name, info, error] : entries) {
    if (info) {
      arrays.push_back(array_json(*info));
    } else {
      auto entry = error_json(*error);
      entry["name"] = name.text();
      others.push_back(entry);
    }
  }
  return {{"schema", "shmkit.list/1"}, {"arrays", arrays}, {"others", others}};
}

}  // namespace

int list_command(const Words& words) {
  CommandLine line(kManual);
  if (!line.parse(words, 0, 0)) return 0;
  const auto entries = list();
  if (line.json()) {
    print_json(entries_json(entries));
    return 0;
  }
  const bool any = std::ranges::any_of(entries, [](const ListEntry& e) { return e.info.has_value(); });
  if (any) print_table(entries);
  if (!any && !line.quiet()) std::cerr << "no arrays; `shmtool create NAME --shape 3,5` makes one\n";
  for (const auto& entry : entries) {
    if (entry.error && !line.quiet())
      std::cerr << fmt::format("shmtool list: {}\n", printable(entry.error->what()));
  }
  return 0;
}

}  // namespace shmkit::tool
