#include "format/progress.hpp"

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>

#include "format/human.hpp"
#include "format/utf8.hpp"

namespace shmkit::tool {
namespace {

constexpr std::size_t kColumns = 79;
constexpr std::size_t kMinBar = 13;
constexpr std::size_t kMaxBar = 43;
constexpr std::size_t kMinLabel = 4;
constexpr std::chrono::milliseconds kInterval(50);

std::string amount_text(Amount amount, std::uint64_t count) {
  return amount == Amount::bytes ? human_bytes(count) : fmt::to_string(count);
}

std::string rate_text(Amount amount, double rate) {
  rate = std::min(rate, 1e18);
  if (amount == Amount::bytes) return human_bytes(static_cast<std::uint64_t>(rate)) + "/s";
  return rate < 100 ? fmt::format("{:.2f}/s", rate) : fmt::format("{:.0f}/s", rate);
}

/// What stands behind the bar.
std::string figures(Amount amount, const Progress& progress) {
  std::string text = amount_text(amount, progress.done);
  if (progress.total > 0) text += fmt::format("/{}", amount_text(amount, progress.total));
  if (progress.done == 0 || progress.seconds <= 0) return text;
  const double rate = static_cast<double>(progress.done) / progress.seconds;
  text += fmt::format("  {}", rate_text(amount, rate));
  if (progress.total <= progress.done) return text;
  const double left = static_cast<double>(progress.total - progress.done) / rate;
  return fmt::format("{}  {} left", text, human_seconds(std::min(left, 1e10)));
}

/// " [###---]", `width` characters in all.
std::string bar(double fraction, std::size_t width) {
  const std::size_t inside = width - 3;
  const auto full = static_cast<std::size_t>(fraction * static_cast<double>(inside));
  return fmt::format(" [{}{}]", std::string(full, '#'), std::string(inside - full, '-'));
}

std::size_t room_beside(std::size_t taken) { return taken < kColumns ? kColumns - taken : 0; }

/// The first `count` characters.
std::string cut(std::string text, std::size_t count) {
  while (character_count(text) > count) text.pop_back();
  return text;
}

}  // namespace

std::string progress_line(const std::string& label, Amount amount, const Progress& progress) {
  const std::string tail = fmt::format("  {}", figures(amount, progress));
  if (progress.total == 0) return cut(label, room_beside(tail.size())) + tail;
  const double fraction =
      std::min(1.0, static_cast<double>(progress.done) / static_cast<double>(progress.total));
  // Rounded down: 100% means done.
  const std::string percent = fmt::format(" {:3}%", static_cast<int>(fraction * 100));
  const std::size_t taken = percent.size() + tail.size();
  const bool with_bar = room_beside(taken) >= kMinLabel + kMinBar;
  const std::string head = cut(label, room_beside(taken + (with_bar ? kMinBar : 0))) + percent;
  if (!with_bar) return cut(head + tail, kColumns);
  const std::size_t room = room_beside(character_count(head) + tail.size());
  return head + bar(fraction, std::min(room, kMaxBar)) + tail;
}

ProgressBar::ProgressBar(std::string label, bool enabled, Amount amount)
    : label_(std::move(label)), enabled_(enabled), amount_(amount) {}

ProgressBar::~ProgressBar() { finish(); }

void ProgressBar::update(std::uint64_t done, std::uint64_t total) {
  const Clock::time_point now = Clock::now();
  if (!enabled_ || now < next_draw_) return;
  next_draw_ = now + kInterval;
  const Progress progress{done, total, std::chrono::duration<double>(now - start_).count()};
  const std::string line = progress_line(label_, amount_, progress);
  // Blanks overwrite what is left of a longer line before: no escape sequences, any terminal will do.
  const std::string blanks(kColumns - character_count(line), ' ');
  std::fputs(("\r" + line + blanks).c_str(), stderr);
  std::fflush(stderr);
  drawn_ = true;
}

void ProgressBar::finish() noexcept {
  if (!drawn_) return;
  std::fprintf(stderr, "\r%*s\r", static_cast<int>(kColumns), "");
  std::fflush(stderr);
  drawn_ = false;
}

}  // namespace shmkit::tool
