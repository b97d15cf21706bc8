#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

// One command per item: the lines of a text, the integers of a range, the chunks of an array. How it works,
// what the joblog says and how it compares with xargs and GNU parallel is in docs/map.md.
namespace shmkit {

/// What one command is for.
struct MapItem {
  std::string text;         ///< The line, the integer, or "BEGIN:END".
  std::uint64_t begin = 0;  ///< Of a chunk: its first element.
  std::uint64_t end = 0;    ///< Of a chunk: one past its last element.
};

/// A list of items, known in advance. Ranges and chunks take no memory per item.
class MapItems {
 public:
  static constexpr std::uint64_t kMost = std::uint64_t{1} << 26U;

  /// Every line, also an empty one; the last one needs no end. Throws Error (usage: too many, or a null
  /// character in a line, which no command can be given).
  static MapItems lines(std::string text, char separator = '\n');
  /// begin, begin + step, ... while they are before `end`, as in Python. Throws Error (usage: a step of 0,
  /// too many).
  static MapItems range(std::int64_t begin, std::int64_t end, std::int64_t step = 1);
  /// `elements` in `chunks` parts of nearly the same size, as run() cuts them, or as many as there are
  /// elements. Throws Error (usage).
  static MapItems chunks(std::uint64_t elements, std::uint64_t chunks);

  std::uint64_t size() const noexcept { return size_; }
  bool are_chunks() const noexcept { return kind_ == Kind::chunks; }
  MapItem at(std::uint64_t index) const;

 private:
  enum class Kind { lines, range, chunks };

  explicit MapItems(Kind kind, std::uint64_t size);

  Kind kind_;
  std::uint64_t size_;
  std::string text_;
  std::vector<std::uint64_t> ends_;  // Of the lines, in text_.
  std::int64_t begin_ = 0;
  std::int64_t step_ = 1;
  std::uint64_t elements_ = 0;
};

/// What happens when a command has failed for good.
enum class Halt {
  never,  ///< The others run.
  soon,   ///< Those that run go on; no other is started.
  now,    ///< Those that run get SIGTERM.
};

struct MapOptions {
  unsigned workers = 0;  ///< How many commands run at once. 0: default_workers().
  /// How often a command that failed, timed out or was killed is run again, at most 30. Not at all unless
  /// somebody says that it may be: it may have done half of its work.
  unsigned retries = 0;
  std::chrono::duration<double> timeout{0};  ///< For one command, which is then killed. 0: for ever.
  Halt halt = Halt::never;
  bool keep_order = false;  ///< Outputs appear in the order of the items; else in the order of the ends.
  std::string joblog;       ///< A file that gets a line for each command that has ended. Empty: none.
  bool resume = false;      ///< Passes over what the joblog says has been done.
  /// {"name", "frames"} makes {name} a placeholder and SHMTOOL_NAME a variable of the commands.
  std::map<std::string, std::string> constants;
  int output = 1;  ///< The descriptor that the commands' output goes to.
  int error = 2;   ///< The descriptor for what they write to their standard error.
  std::function<void(std::uint64_t done, std::uint64_t total)> progress;  ///< Called often.
  std::function<void()> before_output;  ///< Called before something is written to `output` or `error`.
};

/// A command that failed for good.
struct MapFailure {
  std::uint64_t index = 0;
  std::string item;
  unsigned attempts = 0;
  std::string reason;  ///< "exit code 3", "killed by signal 9 (Killed)", "took longer than 2 s"
};

struct MapReport {
  std::uint64_t items = 0;
  std::uint64_t done = 0;
  std::uint64_t skipped = 0;     ///< Done already, by the joblog.
  std::uint64_t unfinished = 0;  ///< Not started, or ended by us, because everything was to stop.
  std::uint64_t retries = 0;     ///< Commands that were run again.
  std::uint64_t deaths = 0;      ///< Workers that died.
  unsigned workers = 0;
  double seconds = 0;
  std::vector<MapFailure> failures;  ///< In the order in which they failed.
  /// The signal that ended it early: it came to this process, or SIGPIPE: nobody reads the output any more.
  /// 0: none. Nothing runs any more; the caller ends itself in this way.
  int signal = 0;
};

/// Runs `command` once per item, on worker processes, and returns when all have ended.
///
/// A command is a program and its arguments; there is no shell in between. In every word the placeholders {},
/// {index}, {worker}, for chunks also {begin} and {end}, and those of options.constants are replaced; {} is
/// the item. Other braces are left alone. Without any placeholder, {} is added as the last word. The same
/// values are in the environment as SHMTOOL_ITEM, SHMTOOL_INDEX, ...
///
/// Guarantees
///   * A command runs at most 1 + options.retries times, however often workers are killed.
///   * What a command writes appears in one piece, standard output first, when it has ended: of its last run
///   only, and never mixed with that of another one, whoever is killed when.
///   * Its line is in the joblog when its output has been written, not before.
///   * When this process dies, its commands are killed, with all of their process groups.
/// Not guaranteed: that what a command leaves in the background ends with it (its output does); the order of
/// the runs.
///
/// While it runs, SIGINT, SIGTERM and SIGHUP are passed on to the commands and end the run early; those that
/// do not end within five seconds, or before the next signal, are killed. Standard input of commands is
/// /dev/null.
///
/// Forks: call it before other threads exist. One call at a time in a process. Requires: the standard
/// streams are open. Throws Error: usage (no such command, a placeholder that means nothing here, a joblog of
/// other items), exists (there is a joblog and `resume` is false), failed, no_space ($TMPDIR, where outputs
/// are kept until their turn, is full), pool_lost (workers die faster than they do anything).
MapReport map_commands(const std::vector<std::string>& command, const MapItems& items,
                       const MapOptions& options = {});

}  // namespace shmkit
