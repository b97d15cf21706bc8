#include <filesystem>
#include <iostream>

#include <fmt/format.h>

#include "command_line.hpp"
#include "describe.hpp"
#include "format/printable.hpp"
#include "report_error.hpp"

namespace shmkit::tool {
namespace {

constexpr Manual kManual{"delete", "NAME... [options]",
                         R"(Takes names away. Whoever is attached keeps the data; the memory goes with the
last one. What is not an array is refused, unless forced. Files of pools are
for `shmtool pool stop` and `shmtool gc`.

Examples
  shmtool delete frames weights
  shmtool delete --dry-run frames
  shmtool delete --force half-made
)"};

// What forcing would delete: any file, but no directory.
void require_file(const Name& name) {
  try {
    info(name);
  } catch (const Error& e) {
    const bool file = e.errc() == Errc::not_an_array && !std::filesystem::is_directory(name.path());
    if (!file) throw;
  }
}

void delete_one(const Name& name, bool force, bool dry_run) {
  if (!dry_run || belongs_to_pool(name)) return remove(name, force);  // Which refuses the files of pools.
  force ? require_file(name) : static_cast<void>(info(name));
}

void delete_or_advise(const Name& name, bool force, bool dry_run) {
  try {
    with_suggestion(name, [&] { delete_one(name, force, dry_run); });
  } catch (const Error& e) {
    if (e.errc() != Errc::not_an_array || force || belongs_to_pool(name)) throw;
    throw Error(e.errc(), e.what(), "if nobody needs it, delete it with --force");
  }
}

}  // namespace

int delete_command(const Words& words) {
  CommandLine line(kManual);
  line.options()("force", "delete even what is no array: half-made or damaged leftovers")(
      "dry-run,n", "only say what would go");
  if (!line.parse(words, 1, words.size())) return 0;
  const bool dry_run = line.has("dry-run");
  int code = 0;
  auto deleted = nlohmann::ordered_json::array();
  auto errors = nlohmann::ordered_json::array();
  for (const auto& word : line.positionals()) {
    try {
      delete_or_advise(Name::parse(word), line.has("force"), dry_run);
      deleted.push_back(word);
      if (!line.json() && !line.quiet())
        std::cout << fmt::format("{}{}\n", dry_run ? "would delete " : "deleted ", printable(word));
    } catch (const Error& e) {
      print_message("delete", e);
      if (code == 0) code = e.code().value();
      auto entry = error_json(e);
      entry["name"] = word;
      errors.push_back(entry);
    }
  }
  if (line.json())
    print_json(
        {{"schema", "shmkit.delete/1"}, {"dry_run", dry_run}, {"deleted", deleted}, {"errors", errors}});
  return code;
}

}  // namespace shmkit::tool
