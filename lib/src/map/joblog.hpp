#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <shmkit/map.hpp>

#include "map/memory.hpp"
#include "os/log_file.hpp"

namespace shmkit::map {

/// A line of the joblog (docs/map.md): columns separated by tabs.
struct JoblogRow {
  std::uint64_t index = 0;
  Result result;
  std::string item;
};

inline constexpr const char* kJoblogHeader = "index\tstart\tseconds\texit\tsignal\tattempts\toutcome\titem\n";

/// Tabs, line ends, backslashes and other control characters as \t, \n, \\ and \xNN.
std::string escaped(const std::string& item);

/// With its line end.
std::string joblog_line(const JoblogRow& row);

/// Which items the lines of a joblog say have been done; in order, each once. Throws Error (usage): it is no
/// joblog, or one of other items.
std::vector<std::uint64_t> done_items(const std::string& lines, const std::string& path,
                                      const MapItems& items);

/// The file.
class Joblog {
 public:
  /// Throws Error (exists: there is one, and `resume` is false).
  Joblog(const std::string& path, const MapItems& items, bool resume);

  const std::vector<std::uint64_t>& done() const noexcept { return done_; }  ///< When it was opened.
  void append(const std::string& lines) { file_.append(lines); }

 private:
  os::LogFile file_;
  std::vector<std::uint64_t> done_;
};

}  // namespace shmkit::map
