#include "advise_words.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "format/human.hpp"

namespace shmkit::tool {
namespace {

std::string seconds_text(const Advice& advice, double seconds) {
  return fmt::format("{}{}", advice.at_least ? "at least " : "", human_seconds(seconds));
}

std::string workers_text(unsigned workers) {
  return fmt::format("{} worker{}", workers, workers == 1 ? "" : "s");
}

const WorkerTimes& times_with(const Advice& advice, unsigned workers) {
  return *std::ranges::find(advice.times, workers, &WorkerTimes::workers);
}

std::string one_loop(const Advice& advice) { return seconds_text(advice, advice.likely(advice.serial)); }

std::string sequential_text(const Advice& advice) {
  const std::string why = "each step needs the result of the one before";
  if (!advice.size) return fmt::format("Do not parallelise this: {}.", why);
  return fmt::format("Do not parallelise this: {}. {} steps take about {}, with any number of workers.", why,
                     count_text(static_cast<double>(*advice.size)), one_loop(advice));
}

std::string one_cpu_text(const Costs& costs) {
  if (costs.cpus > 1)
    return "Do not parallelise this: with one worker there is nothing to gain over one loop.";
  return fmt::format("Do not parallelise this: there is one CPU to use ({}), and one loop keeps it busy.",
                     costs.cpus_reason);
}

std::string serial_text(const Advice& advice) {
  const WorkerTimes& times = advice.times.back();
  const std::string all = workers_text(times.workers);
  return fmt::format(
      "Do not parallelise this: {} take {} in one loop; handed out to {} of a pool they take {}, and {} if "
      "the "
      "workers are started for it.",
      amount_text(advice), one_loop(advice), all, human_seconds(advice.likely(times.pooled)),
      human_seconds(advice.likely(times.ephemeral)));
}

std::string pool_text(const Advice& advice) {
  const WorkerTimes& times = times_with(advice, advice.workers);
  return fmt::format(
      "Use {} of a pool that is there already: {} instead of {} in one loop, {:.1f} times as fast. Starting "
      "workers for it does not pay: {}.",
      workers_text(advice.workers), seconds_text(advice, advice.likely(times.pooled)), one_loop(advice),
      advice.gain, human_seconds(advice.likely(times.ephemeral)));
}

std::string parallel_text(const Advice& advice) {
  const WorkerTimes& times = times_with(advice, advice.workers);
  return fmt::format(
      "Use {}. Of a pool that is there already: {} instead of {} in one loop, {:.1f} times as fast. Started "
      "for "
      "it: {} instead of {}, {:.1f} times as fast.",
      workers_text(advice.workers), seconds_text(advice, advice.likely(times.pooled)), one_loop(advice),
      advice.likely(advice.serial) / advice.likely(times.pooled),
      seconds_text(advice, advice.likely(times.ephemeral)),
      seconds_text(advice, std::max(advice.likely(advice.serial), advice.serial_new)), advice.gain_ephemeral);
}

std::string from_text(const std::optional<double>& size) {
  return size ? fmt::format("from {} on", count_text(*size)) : std::string("with no size");
}

std::string size_text(const Advice& advice) {
  return fmt::format("Workers of a pool beat one loop {}, workers started for the job {}.",
                     from_text(advice.break_even_pooled), from_text(advice.break_even_ephemeral));
}

std::string bound_text(const Advice& advice) {
  if (!advice.memory_bound || advice.times.back().workers == 1) return "";
  const WorkerTimes& times = advice.times.back();
  return fmt::format(" It is bound by memory bandwidth: {} in a pool give {:.1f}x.",
                     workers_text(times.workers), advice.likely(advice.serial) / advice.likely(times.pooled));
}

std::string main_text(const Advice& advice, const Costs& costs) {
  switch (advice.verdict) {
    case Verdict::sequential:
      return sequential_text(advice);
    case Verdict::one_item:
      return fmt::format("Do not parallelise this: there is {}, nothing to share.", amount_text(advice));
    case Verdict::one_cpu:
      return one_cpu_text(costs);
    case Verdict::serial:
      return serial_text(advice);
    case Verdict::pool:
      return pool_text(advice);
    case Verdict::parallel:
      return parallel_text(advice);
    case Verdict::size:
      return size_text(advice);
  }
  return "";
}

// Whatever the verdict: the times that it goes by are no more than that.
std::string item_text(const Advice& advice) {
  if (!advice.at_least || !advice.size) return "";
  const double seconds = advice.likely(advice.serial) / static_cast<double>(*advice.size);
  return fmt::format(" One item takes {}.", seconds_text(advice, seconds));
}

}  // namespace

std::string verdict_text(const Advice& advice, const Costs& costs) {
  return main_text(advice, costs) + bound_text(advice) + item_text(advice);
}

std::string_view verdict_name(Verdict verdict) noexcept {
  switch (verdict) {
    case Verdict::sequential:
      return "sequential";
    case Verdict::one_item:
      return "one_item";
    case Verdict::one_cpu:
      return "one_cpu";
    case Verdict::serial:
      return "serial";
    case Verdict::pool:
      return "pool";
    case Verdict::parallel:
      return "parallel";
    case Verdict::size:
      return "size";
  }
  return "unknown";
}

std::string amount_text(const Advice& advice) {
  const bool one = advice.size == std::uint64_t{1};
  const std::string_view word = advice.kind == KernelKind::compute ? "item" : "element";
  return fmt::format("{} {}{}", count_text(static_cast<double>(advice.size.value_or(0))), word,
                     one ? "" : "s");
}

std::string count_text(double count) {
  if (count >= 1e15) return fmt::format("{:.3g}", count);
  const std::string digits = fmt::format("{:.0f}", count);
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i != 0 && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

}  // namespace shmkit::tool
