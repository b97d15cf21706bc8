#include "advise/model.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace shmkit::advise_model {
namespace {

constexpr double kLargest = 1e15;

double divided(std::uint64_t amount, std::uint64_t by) {
  return static_cast<double>(amount) / static_cast<double>(by);
}

// What the worker with the most chunks gets of the work, if chunks take equally long.
double largest_share(std::uint64_t chunks, unsigned workers) {
  return divided((chunks + workers - 1) / workers, chunks);
}

double straight(const Point& low, const Point& high, double size) {
  return low.value + (high.value - low.value) * (size - low.size) / (high.size - low.size);
}

double pooled(const Costs& costs, const Work& work, std::uint64_t size, unsigned workers,
              std::uint64_t chunks) {
  const auto elements = static_cast<double>(size);
  const double lanes = lanes_at(work, costs, elements, workers);
  const double share = std::max(largest_share(chunks, workers), 1 / lanes);
  return costs.round_trip.of(workers) + seconds_at(work.loop, elements) * share +
         costs.chunk * static_cast<double>(chunks) / lanes;
}

// One process writes all bytes, each worker reads its own; all of it needs CPUs.
double copied(const Costs& costs, const Work& work, std::uint64_t size, unsigned workers) {
  const auto elements = static_cast<double>(size);
  const double moving = elements * work.read_per_element / costs.copy_rate;
  const double loop = seconds_at(work.loop, elements);
  const double readers = std::min(workers, costs.cpus);
  return costs.copy_start.of(workers) +
         std::max((moving + loop) / readers, (costs.cpus > 1 ? moving : 2 * moving + loop));
}

double first_touch(const Costs& costs, const Work& work, std::uint64_t size, unsigned workers) {
  if (work.read_per_element + work.written_per_element == 0) return 0;
  const double per_element =
      work.read_per_element / costs.touch_rate + work.written_per_element / costs.fresh_rate;
  return costs.attach + static_cast<double>(size) * per_element / std::min(workers, costs.cpus);
}

// Chunks are rarely equal, and workers rarely start together: at the end some wait, on average for half a
// chunk.
double with_tail(const Costs& costs, const Work& work, std::uint64_t size, unsigned workers,
                 std::uint64_t chunks) {
  const double loop = seconds_at(work.loop, static_cast<double>(size));
  return pooled(costs, work, size, workers, chunks) + loop / 2 / static_cast<double>(chunks);
}

bool pays(const Costs& costs, const Work& work, double size, const std::vector<unsigned>& counts,
          std::uint64_t asked, Start start) {
  const auto elements = static_cast<std::uint64_t>(size);
  const bool warm = start == Start::warm;
  const double loop = warm ? seconds_at(work.loop, size) : new_loop(costs, work, elements);
  return std::ranges::any_of(counts, [&](unsigned workers) {
    const std::uint64_t chunks =
        asked != 0 ? std::min(asked, elements) : recommended_chunks(costs, work, elements, workers);
    const WorkerTimes times = predict(costs, work, elements, workers, chunks);
    return workers > 1 && *(warm ? times.pooled : times.ephemeral).predicted < loop;
  });
}

}  // namespace

double seconds_at(const std::vector<Point>& curve, double size) noexcept {
  const auto above = std::ranges::lower_bound(curve, size, {}, &Point::size);
  if (above == curve.begin()) return above->value * size / above->size;
  if (above == curve.end()) return curve.back().value * size / curve.back().size;
  return straight(*std::prev(above), *above, size);
}

double lanes_at(const Work& work, const Costs& costs, double size, unsigned workers) noexcept {
  const auto most = static_cast<double>(workers);
  if (work.lanes.empty()) return std::min<double>(most, costs.cpus);
  const auto above = std::ranges::lower_bound(work.lanes, size, {}, &Point::size);
  const double lanes = above == work.lanes.begin() ? above->value
                       : above == work.lanes.end() ? work.lanes.back().value
                                                   : straight(*std::prev(above), *above, size);
  return std::clamp(lanes, 1.0, most);
}

double new_loop(const Costs& costs, const Work& work, std::uint64_t size) {
  return first_touch(costs, work, size, 1) + seconds_at(work.loop, static_cast<double>(size));
}

WorkerTimes predict(const Costs& costs, const Work& work, std::uint64_t size, unsigned workers,
                    std::uint64_t chunks) {
  WorkerTimes times;
  times.workers = workers;
  times.pooled.predicted = pooled(costs, work, size, workers, chunks);
  times.ephemeral.predicted = costs.start.of(workers) + first_touch(costs, work, size, workers) +
                              *times.pooled.predicted + costs.end.of(workers);
  if (work.copyable) times.copied.predicted = copied(costs, work, size, workers);
  return times;
}

std::uint64_t recommended_chunks(const Costs& costs, const Work& work, std::uint64_t size, unsigned workers) {
  constexpr std::uint64_t kMost = std::uint64_t{1} << 22U;
  const std::uint64_t usual = work.default_chunks(size);
  std::uint64_t best = usual;
  double least = with_tail(costs, work, size, workers, usual);
  const double good_enough = least / 1.05;
  for (std::uint64_t chunks = workers; chunks <= std::min(size, kMost); chunks *= 2) {
    const double seconds = with_tail(costs, work, size, workers, chunks);
    if (seconds < std::min(least, good_enough)) {
      best = chunks;
      least = seconds;
    }
  }
  // Where workers do not pay, nothing is worth a word.
  return least < seconds_at(work.loop, static_cast<double>(size)) ? best : usual;
}

std::vector<unsigned> worker_counts(unsigned most) {
  std::vector<unsigned> counts;
  for (unsigned count = 1; count < most; count *= 2) counts.push_back(count);
  counts.push_back(most);
  return counts;
}

std::optional<double> break_even(const Costs& costs, const Work& work, const std::vector<unsigned>& counts,
                                 std::uint64_t chunks, Start start) {
  // From above: what counts is where it stays ahead, not a first lucky size.
  double ahead = kLargest;
  if (!pays(costs, work, ahead, counts, chunks, start)) return std::nullopt;
  constexpr double kStep = 1.05;
  while (ahead / kStep >= 2 && pays(costs, work, std::floor(ahead / kStep), counts, chunks, start))
    ahead /= kStep;
  return std::floor(ahead);
}

}  // namespace shmkit::advise_model
