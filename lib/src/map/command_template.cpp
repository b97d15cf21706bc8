#include "map/command_template.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <shmkit/error.hpp>

namespace shmkit::map {
namespace {

struct Braces {
  std::size_t open;
  std::size_t close;
};

// The first "{...}" without braces inside.
std::optional<Braces> find_braces(std::string_view word) {
  const std::size_t close = word.find('}', std::min(word.find('{'), word.size()));
  if (close == std::string_view::npos) return std::nullopt;
  return Braces{word.rfind('{', close), close};
}

}  // namespace

CommandTemplate::CommandTemplate(const std::vector<std::string>& words,
                                 const std::map<std::string, std::string>& constants, bool chunks) {
  if (words.empty()) throw Error(Errc::usage, "there is no command");
  for (const auto& word : words) words_.push_back(parse(word, constants, chunks));
  if (!any_placeholder_) words_.push_back({{What::item, {}}});
  const Word& program = words_.front();
  const bool fixed =
      std::ranges::all_of(program, [](const Piece& piece) { return piece.what == What::text; });
  if (fixed) fixed_program_ = word(0, {});
}

CommandTemplate::Word CommandTemplate::parse(std::string_view word,
                                             const std::map<std::string, std::string>& constants,
                                             bool chunks) {
  Word pieces;
  const auto add_text = [&pieces](std::string_view text) {
    if (text.empty()) return;
    if (pieces.empty() || pieces.back().what != What::text) pieces.emplace_back();
    pieces.back().text += text;
  };
  while (const auto braces = find_braces(word)) {
    const std::string name(word.substr(braces->open + 1, braces->close - braces->open - 1));
    const auto constant = constants.find(name);
    const auto field = constant == constants.end() ? field_named(name, chunks) : std::nullopt;
    add_text(word.substr(0, braces->open));
    if (field) {
      pieces.push_back({*field, {}});
    } else {
      add_text(constant != constants.end() ? std::string_view(constant->second)
                                           : word.substr(braces->open, name.size() + 2));
    }
    any_placeholder_ = any_placeholder_ || field || constant != constants.end();
    word.remove_prefix(braces->close + 1);
  }
  add_text(word);
  return pieces;
}

std::optional<CommandTemplate::What> CommandTemplate::field_named(std::string_view name, bool chunks) {
  static const std::map<std::string_view, What> kFields = {{"", What::item},
                                                           {"index", What::index},
                                                           {"worker", What::worker},
                                                           {"begin", What::begin},
                                                           {"end", What::end}};
  const auto field = kFields.find(name);
  if (field == kFields.end()) return std::nullopt;
  if (chunks || (field->second != What::begin && field->second != What::end)) return field->second;
  throw Error(Errc::usage,
              fmt::format("{{{}}} means nothing here: the items are not chunks of an array", name),
              "{} is the item, {index} its number");
}

std::string CommandTemplate::word(std::size_t i, const Fields& fields) const {
  std::string text;
  for (const Piece& piece : words_[i]) {
    switch (piece.what) {
      case What::text:
        text += piece.text;
        break;
      case What::item:
        text += fields.item.text;
        break;
      case What::index:
        text += fmt::to_string(fields.index);
        break;
      case What::worker:
        text += fmt::to_string(fields.worker);
        break;
      case What::begin:
        text += fmt::to_string(fields.item.begin);
        break;
      case What::end:
        text += fmt::to_string(fields.item.end);
        break;
    }
  }
  return text;
}

}  // namespace shmkit::map
