#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <shmkit/map.hpp>

namespace shmkit::map {

/// What the placeholders of one command stand for.
struct Fields {
  std::uint64_t index = 0;
  unsigned worker = 0;
  MapItem item;
};

/// The words of a command with placeholders in them: {}, {index}, {worker}, {begin}, {end} and constants.
class CommandTemplate {
 public:
  /// Without any placeholder, {} is added as a word. Throws Error (usage): {begin} or {end}, and these are no
  /// chunks.
  CommandTemplate(const std::vector<std::string>& words, const std::map<std::string, std::string>& constants,
                  bool chunks);

  std::size_t size() const noexcept { return words_.size(); }
  /// The first word, if it is the same for all items.
  const std::optional<std::string>& fixed_program() const noexcept { return fixed_program_; }

  /// A word for one command.
  std::string word(std::size_t i, const Fields& fields) const;

 private:
  enum class What : std::uint8_t { text, item, index, worker, begin, end };
  struct Piece {
    What what = What::text;
    std::string text;
  };
  using Word = std::vector<Piece>;

  static std::optional<What> field_named(std::string_view name, bool chunks);
  Word parse(std::string_view word, const std::map<std::string, std::string>& constants, bool chunks);

  std::vector<Word> words_;
  std::optional<std::string> fixed_program_;
  bool any_placeholder_ = false;
};

}  // namespace shmkit::map
