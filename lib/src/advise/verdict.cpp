#include "advise/verdict.hpp"

#include <algorithm>

namespace shmkit::advise_model {
namespace {

struct Best {
  unsigned workers = 1;
  double seconds = 0;
};

// The fewest workers that are within a twentieth of the best.
Best best_of(const Advice& advice, WayTimes WorkerTimes::*way) {
  const auto seconds = [&](const WorkerTimes& times) { return advice.likely(times.*way); };
  const double least = seconds(*std::ranges::min_element(advice.times, {}, seconds));
  const auto found =
      std::ranges::find_if(advice.times, [&](const auto& times) { return seconds(times) <= least * 1.05; });
  return {found->workers, seconds(*found)};
}

// What one worker gains over one loop, by mappings that are there or by chance, is not shared by anybody.
Verdict verdict_of(const Advice& advice, const Costs& costs, const Best& pooled, const Best& ephemeral) {
  if (*advice.size <= 1) return Verdict::one_item;
  if (advice.gain_ephemeral >= kWorthwhile && ephemeral.workers > 1) return Verdict::parallel;
  if (advice.gain >= kWorthwhile && pooled.workers > 1) return Verdict::pool;
  return costs.cpus == 1 || advice.times.back().workers == 1 ? Verdict::one_cpu : Verdict::serial;
}

// As fast as memory gives: at half of what a loop gets that does next to nothing with what it reads.
bool is_memory_bound(const Advice& advice, const Costs& costs, double bytes) {
  constexpr double kUsualCache = 32.0 * (1U << 20U);
  const double cache = costs.cache == 0 ? kUsualCache : static_cast<double>(costs.cache);
  return bytes > cache && bytes / advice.likely(advice.serial) >= costs.memory_one / 2;
}

}  // namespace

void judge(Advice& advice, const Costs& costs, double bytes) {
  const double loop = advice.likely(advice.serial);
  const Best pooled = best_of(advice, &WorkerTimes::pooled);
  const Best ephemeral = best_of(advice, &WorkerTimes::ephemeral);
  advice.gain = loop / pooled.seconds;
  advice.gain_ephemeral = std::max(loop, advice.serial_new) / ephemeral.seconds;
  advice.memory_bound = is_memory_bound(advice, costs, bytes);
  advice.verdict = verdict_of(advice, costs, pooled, ephemeral);
  advice.workers = 1;
  if (advice.verdict == Verdict::pool) advice.workers = pooled.workers;
  if (advice.verdict == Verdict::parallel) advice.workers = ephemeral.workers;
}

}  // namespace shmkit::advise_model
