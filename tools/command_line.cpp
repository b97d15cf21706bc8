#include "command_line.hpp"

#include <charconv>
#include <iostream>
#include <sstream>

#include <fmt/format.h>

#include <shmkit/error.hpp>

#include "format/nearest.hpp"

namespace shmkit::tool {
namespace {

namespace po = boost::program_options;
namespace style = po::command_line_style;

// No guessing of abbreviations.
constexpr int kStyle = style::allow_long | style::long_allow_adjacent | style::long_allow_next |
                       style::allow_short | style::short_allow_adjacent | style::short_allow_next |
                       style::allow_dash_for_short;

std::string help_hint(std::string_view command) {
  return fmt::format("`shmtool {} --help` shows how", command);
}

[[noreturn]] void refuse_unknown(const po::options_description& known, std::string_view command,
                                 const std::string& typed) {
  const std::string word = typed.substr(0, typed.find('='));
  std::vector<std::string> names;
  for (const auto& option : known.options()) names.push_back("--" + option->long_name());
  const auto close = nearest(word, names);
  throw Error(Errc::usage, fmt::format("unknown option '{}'", word),
              close ? fmt::format("did you mean '{}'?", *close) : help_hint(command));
}

}  // namespace

CommandLine::CommandLine(const Manual& manual) : manual_(manual), visible_("Options", 80, 40) {}

bool CommandLine::parse(const Words& words, std::size_t least, std::size_t most) {
  options()("json", "print one JSON value")("quiet,q", "print nothing but the answer")("help,h",
                                                                                       "print this");
  po::options_description all;
  all.add(visible_).add_options()("positional", po::value<Words>());
  po::positional_options_description positional;
  positional.add("positional", -1);
  try {
    collect(po::command_line_parser(words).options(all).positional(positional).style(kStyle).run());
  } catch (const po::unknown_option& e) {
    refuse_unknown(visible_, manual_.name, e.get_option_name());
  } catch (const po::error& e) {
    throw Error(Errc::usage, e.what(), help_hint(manual_.name));
  }
  if (has("help")) {
    print_help();
    return false;
  }
  if (positionals_.size() < least)
    throw Error(Errc::usage, "there are too few words",
                fmt::format("usage: shmtool {} {}", manual_.name, manual_.synopsis));
  if (positionals_.size() > most)
    throw Error(Errc::usage, fmt::format("unexpected word '{}'", positionals_[most]),
                help_hint(manual_.name));
  return true;
}

void CommandLine::collect(const po::parsed_options& parsed) {
  po::store(parsed, values_);
  po::notify(values_);
  if (values_.count("positional") != 0) positionals_ = values_["positional"].as<Words>();
}

void CommandLine::print_help() const {
  std::ostringstream options;
  options << visible_;
  std::cout << fmt::format("usage: shmtool {} {}\n\n{}\n{}", manual_.name, manual_.synopsis, manual_.text,
                           options.str());
}

std::uint64_t parse_count(std::string_view option, std::string_view text, std::uint64_t least,
                          std::uint64_t most) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = !text.empty() && error == std::errc() && end == text.data() + text.size();
  if (whole && number >= least && number <= most) return number;
  throw Error(Errc::usage,
              fmt::format("--{} '{}' is not a number between {} and {}", option, text, least, most));
}

}  // namespace shmkit::tool
