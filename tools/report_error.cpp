#include "report_error.hpp"

#include <algorithm>
#include <iostream>
#include <new>

#include <fmt/format.h>

#include <shmkit/array.hpp>

#include "describe.hpp"
#include "format/nearest.hpp"
#include "format/printable.hpp"

namespace shmkit::tool {
namespace {

Error as_error(const std::exception& error) {
  if (const auto* ours = dynamic_cast<const Error*>(&error)) return *ours;
  if (dynamic_cast<const std::bad_alloc*>(&error) != nullptr) return {Errc::no_space, "memory is exhausted"};
  return {Errc::failed, error.what()};
}

}  // namespace

nlohmann::ordered_json error_json(const Error& error) {
  return {{"code", error.code().value()}, {"message", error.what()}, {"hint", error.hint()}};
}

void print_message(std::string_view command, const Error& error) {
  std::cerr << fmt::format("shmtool{}{}: {}\n", command.empty() ? "" : " ", printable(command),
                           printable(error.what()));
  if (!error.hint().empty()) std::cerr << fmt::format("  hint: {}\n", printable(error.hint()));
}

int report_error(const std::exception& exception, const Words& words) {
  const Error error = as_error(exception);
  std::cout.flush();
  print_message(words.empty() || words[0].starts_with('-') ? "" : words[0], error);
  const auto ours = std::ranges::find(words, "--");  // Behind it stands a command with options of its own.
  if (std::find(words.begin(), ours, "--json") != ours) print_json({{"error", error_json(error)}});
  std::cout.flush();
  return error.code().value();
}

int report_lost_output() {
  print_message("", Error(Errc::failed, "the answer could not be written to standard output"));
  return static_cast<int>(Errc::failed);
}

void suggest_and_rethrow(const Name& name, const Error& error) {
  std::vector<std::string> names;
  for (const auto& entry : list()) {
    if (entry.info) names.push_back(entry.name.text());
  }
  const auto close = nearest(name.text(), names);
  throw Error(error.errc(), error.what(),
              close ? fmt::format("did you mean '{}'?", *close) : "`shmtool list` shows what there is");
}

}  // namespace shmkit::tool
