#include "map/joblog.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>

#include <fmt/format.h>

#include <shmkit/error.hpp>

namespace shmkit::map {
namespace {

constexpr std::size_t kColumns = 8;
constexpr const char* kNoJoblog = "is not that of a joblog";

// As in a shell: a program that cannot be found is 127, one that cannot be executed 126.
int exit_code(const Result& result) {
  constexpr int kNoEntry = 2;
  return result.outcome != Outcome::not_started ? result.value : result.value == kNoEntry ? 127 : 126;
}

std::string_view outcome_name(Outcome outcome) {
  switch (outcome) {
    case Outcome::done:
      return "done";
    case Outcome::timed_out:
      return "timeout";
    case Outcome::killed:
      return "killed";
    case Outcome::lost:
      return "lost";
    default:
      return "failed";
  }
}

std::vector<std::string_view> split(std::string_view line) {
  std::vector<std::string_view> columns;
  for (std::size_t tab = line.find('\t'); tab != std::string_view::npos; tab = line.find('\t')) {
    columns.push_back(line.substr(0, tab));
    line.remove_prefix(tab + 1);
  }
  columns.push_back(line);
  return columns;
}

[[noreturn]] void refuse(const std::string& path, std::uint64_t line, const std::string& why) {
  throw Error(Errc::usage, fmt::format("line {} of '{}' {}", line, path, why),
              "another --joblog starts anew");
}

// The item of a line, if it is done.
std::optional<std::uint64_t> done_item(std::string_view line, std::uint64_t number, const std::string& path,
                                       const MapItems& items) {
  const auto columns = split(line);
  std::uint64_t index = 0;
  if (columns.size() != kColumns) refuse(path, number, kNoJoblog);
  const auto [end, error] = std::from_chars(columns[0].data(), columns[0].data() + columns[0].size(), index);
  if (error != std::errc() || end != columns[0].data() + columns[0].size()) refuse(path, number, kNoJoblog);
  if (index >= items.size() || escaped(items.at(index).text) != columns[7])
    refuse(path, number, fmt::format("is of another item than number {} here", index));
  return columns[6] == "done" ? std::optional(index) : std::nullopt;
}

}  // namespace

std::string escaped(const std::string& item) {
  std::string text;
  for (const char c : item) {
    if (c == '\t') {
      text += "\\t";
    } else if (c == '\n') {
      text += "\\n";
    } else if (c == '\\') {
      text += "\\\\";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      text += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      text += c;
    }
  }
  return text;
}

std::string joblog_line(const JoblogRow& row) {
  const Result& result = row.result;
  const bool killed = result.outcome == Outcome::killed;
  const bool exited = result.outcome == Outcome::done || result.outcome == Outcome::failed ||
                      result.outcome == Outcome::not_started;
  // When the command of a dead worker was started, nobody knows any more.
  const std::string times =
      result.outcome == Outcome::lost ? "-\t-" : fmt::format("{:.3f}\t{:.6f}", result.start, result.seconds);
  return fmt::format("{}\t{}\t{}\t{}\t{}\t{}\t{}\n", row.index, times,
                     exited ? fmt::to_string(exit_code(result)) : "-",
                     killed ? fmt::to_string(result.value) : "-", result.attempts,
                     outcome_name(result.outcome), escaped(row.item));
}

std::vector<std::uint64_t> done_items(const std::string& lines, const std::string& path,
                                      const MapItems& items) {
  std::vector<std::uint64_t> done;
  std::string_view rest(lines);
  for (std::uint64_t number = 1; !rest.empty(); ++number) {
    const std::string_view line = rest.substr(0, rest.find('\n') + 1);
    rest.remove_prefix(line.size());
    if (number == 1) {
      if (line != kJoblogHeader) refuse(path, number, kNoJoblog);
    } else if (const auto item = done_item(line.substr(0, line.size() - 1), number, path, items)) {
      done.push_back(*item);
    }
  }
  std::ranges::sort(done);
  done.erase(std::unique(done.begin(), done.end()), done.end());
  return done;
}

Joblog::Joblog(const std::string& path, const MapItems& items, bool resume) : file_(path) {
  std::string lines = file_.contents();
  if (!lines.empty() && !resume) {
    throw Error(Errc::exists, fmt::format("there is a joblog '{}' already", path),
                "--resume does what is left of it; or delete it");
  }
  const std::size_t whole = lines.rfind('\n') + 1;  // npos + 1 is 0: there is no whole line.
  if (whole == 0 && !std::string_view(kJoblogHeader).starts_with(lines)) refuse(path, 1, kNoJoblog);
  const std::size_t torn = lines.size() - whole;
  lines.resize(whole);
  done_ = done_items(lines, path, items);
  if (torn > 0) file_.cut(whole);
  if (whole == 0) file_.append(kJoblogHeader);
}

}  // namespace shmkit::map
