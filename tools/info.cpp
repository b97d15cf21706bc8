#include <iostream>

#include <fmt/format.h>

#include "command_line.hpp"
#include "describe.hpp"
#include "report_error.hpp"
#include "show_attached.hpp"

namespace shmkit::tool {

int info_command(const Words& words) {
  CommandLine line({"info", "NAME [options]",
                    R"(Tells everything about an array but its values, without touching its data.

"attached" lists the processes that have it mapped and that we may see:
a lower bound.

Examples
  shmtool info frames
  shmtool info file://data/frames.arr --json
)"});
  if (!line.parse(words, 1, 1)) return 0;
  const Name name = Name::parse(line.positionals()[0]);
  const ArrayInfo found = with_suggestion(name, [&] { return info(name); });
  const auto attached = attachments(found);
  if (line.json()) {
    auto value = array_json(found);
    value["attachments"] = attachments_json(attached);
    print_json(value);
  } else {
    std::cout << array_text(found) << fmt::format("  {:<12}{}\n", "attached", attachments_text(attached));
  }
  return 0;
}

}  // namespace shmkit::tool
