#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace shmkit::tool {

/// What a progress bar counts.
enum class Amount : std::uint8_t { items, bytes };

struct Progress {
  std::uint64_t done = 0;
  std::uint64_t total = 0;  ///< 0: not known. Then there is neither a bar, nor a percentage, nor a time left.
  double seconds = 0;       ///< Since the start.
};

/// One line of at most 79 columns, so that it does not wrap on a terminal of 80; plain ASCII but for the
/// label:
///
///     sum  42% [########------------]  1.20 GiB/2.86 GiB  512.00 MiB/s  3.32 s left
///
/// The bar takes the room that is left; a label that leaves too little is cut. The rate is the mean since the
/// start.
std::string progress_line(const std::string& label, Amount amount, const Progress& progress);

/// A line on stderr that shows how far the work is. The destructor clears it, and so does finish().
///
/// Draws nothing unless `enabled`: the caller knows whether stderr is a terminal and whether it must be
/// quiet. Uses no colours. One thread only.
class ProgressBar {
 public:
  ProgressBar(std::string label, bool enabled, Amount amount = Amount::items);
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;
  ~ProgressBar();

  /// Draws at most every 50 ms: call it as often as you like. A total of 0 is not known yet.
  void update(std::uint64_t done, std::uint64_t total);

  /// Clears the line, if there is one. What is written to stderr next begins at its start.
  void finish() noexcept;

 private:
  using Clock = std::chrono::steady_clock;

  std::string label_;
  bool enabled_;
  Amount amount_;
  Clock::time_point start_ = Clock::now();
  Clock::time_point next_draw_ = start_;
  bool drawn_ = false;
};

}  // namespace shmkit::tool
