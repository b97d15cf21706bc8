#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/program_options.hpp>

#include "command.hpp"

namespace shmkit::tool {

/// What a command's help says besides its options.
struct Manual {
  std::string_view name;      ///< "create"
  std::string_view synopsis;  ///< "NAME --shape EXTENTS [options]"
  std::string_view text;      ///< What it does, with examples, laid out as printed.
};

/// The words of one command, parsed by Boost.Program_options.
///
/// Every command has --json, --quiet and --help. A misspelt option gets "did you mean"; so does an
/// abbreviated one, since an abbreviation in a script breaks when options are added.
class CommandLine {
 public:
  explicit CommandLine(const Manual& manual);

  /// Adds options as Boost.Program_options does: line.options()("chunks", value<...>(), "help").
  boost::program_options::options_description_easy_init options() { return visible_.add_options(); }

  /// Takes between `least` and `most` words that are no options. Throws Error (usage).
  /// False: --help was asked for and has been printed; the command is done.
  bool parse(const Words& words, std::size_t least, std::size_t most);

  const Words& positionals() const noexcept { return positionals_; }
  bool has(const std::string& option) const {
    return values_.count(option) != 0 && !values_[option].defaulted();
  }
  template <class T>
  const T& get(const std::string& option) const {
    return values_[option].as<T>();
  }
  bool json() const { return has("json"); }
  bool quiet() const { return has("quiet"); }

 private:
  void print_help() const;
  void collect(const boost::program_options::parsed_options& parsed);

  Manual manual_;
  boost::program_options::options_description visible_;
  boost::program_options::variables_map values_;
  Words positionals_;
};

/// A number of the option, which Boost would take as -1 -> 18446744073709551615. Throws Error (usage).
std::uint64_t parse_count(std::string_view option, std::string_view text, std::uint64_t least,
                          std::uint64_t most);

}  // namespace shmkit::tool
