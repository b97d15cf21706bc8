#include <unistd.h>

#include <algorithm>
#include <iostream>

#include <fmt/format.h>

#include "command_line.hpp"
#include "describe.hpp"
#include "format/format_array.hpp"
#include "format/human.hpp"
#include "format/slice.hpp"
#include "format/value_json.hpp"
#include "report_error.hpp"
#include "run_with_array.hpp"
#include "show_attached.hpp"

namespace shmkit::tool {
namespace {

namespace po = boost::program_options;

constexpr Manual kManual{"attach", "NAME [options] [-- COMMAND ARGUMENTS...]",
                         R"(Maps an array and shows it: what it is, who is attached, how much of it is in
memory, and its values as NumPy prints them.

With a command after "--", runs that instead, with the array open on the
descriptor SHMTOOL_FD and SHMTOOL_NAME, SHMTOOL_PATH, SHMTOOL_DTYPE,
SHMTOOL_SHAPE, SHMTOOL_NBYTES and SHMTOOL_OFFSET (of the data in the file: 0
but for the oldest SharedArray format) set.

Examples
  shmtool attach frames
  shmtool attach frames --slice '0, ::100, -1'
  shmtool attach frames --read-only -- python3 analyse.py
)"};

// This process does not count: it is gone when anybody reads about it.
std::vector<Attachment> others(const ArrayInfo& info) {
  auto attached = attachments(info);
  std::erase_if(attached, [](const Attachment& a) { return a.pid == ::getpid(); });
  return attached;
}

void show_json(const AnyArray& array, const View& view) {
  const auto values = values_json(view);
  auto value = array_json(with_creation_time(array.info()));
  value["attachments"] = attachments_json(others(array.info()));
  value["resident_bytes"] = array.resident_bytes();
  value["values"] = values;
  print_json(value);
}

void show_text(const AnyArray& array, const View& view) {
  std::cout << array_text(with_creation_time(array.info()));
  std::cout << fmt::format("  {:<12}{} in memory\n", "resident",
                           human_bytes(std::min(array.resident_bytes(), array.info().file_bytes)));
  std::cout << fmt::format("  {:<12}{}\n", "attached", attachments_text(others(array.info())));
  std::cout << format_array(view) << '\n';
}

Words cut_command(Words& words) {
  const auto dashes = std::ranges::find(words, "--");
  if (dashes == words.end()) return {};
  Words command(dashes + 1, words.end());
  words.erase(dashes, words.end());
  if (command.empty())
    throw Error(Errc::usage, "there is no command after '--'", "for instance `shmtool attach frames -- env`");
  return command;
}

}  // namespace

int attach_command(const Words& all) {
  Words words = all;
  const Words command = cut_command(words);
  CommandLine line(kManual);
  line.options()("slice", po::value<std::string>()->value_name("INDEX"),
                 "show only this part, as in NumPy: '0, ::2, -1'")(
      "read-only,r", "map it (and open it for the command) read-only");
  if (!line.parse(words, 1, 1)) return 0;
  const Name name = Name::parse(line.positionals()[0]);
  if (!command.empty()) {
    if (line.has("slice") || line.json())
      throw Error(Errc::usage, "--slice and --json show values; with a command none are shown");
    return with_suggestion(name, [&] { return run_with_array(name, line.has("read-only"), command); });
  }
  const Access access = line.has("read-only") ? Access::read_only : Access::read_write;
  const AnyArray array = with_suggestion(name, [&] { return AnyArray::attach(name, access); });
  View view = whole(array.dtype(), array.shape(), array.bytes());
  if (line.has("slice")) view = slice(view, line.get<std::string>("slice"));
  if (line.quiet() && !line.json()) {
    std::cout << format_array(view) << '\n';
  } else if (line.json()) {
    show_json(array, view);
  } else {
    show_text(array, view);
  }
  return 0;
}

}  // namespace shmkit::tool
