#include "advise/study.hpp"

#include <algorithm>

#include "advise/verdict.hpp"

namespace shmkit::advise_model {
namespace {

constexpr double kShareOfOneLoop = 0.08;
constexpr std::uint64_t kMostItems = std::uint64_t{1} << 50U;

std::uint64_t most_items(const Recipe& recipe, double bytes_per_element) {
  const double most = bytes_per_element == 0 ? static_cast<double>(kMostItems)
                                             : static_cast<double>(sample_budget()) / bytes_per_element;
  const auto items = std::max<std::uint64_t>(static_cast<std::uint64_t>(most), 1);
  // More work of the same kind may not be there to be had: candidates for primes end somewhere.
  return recipe.computes() ? std::min(items, std::max<std::uint64_t>(recipe.size.value_or(items), 1)) : items;
}

unsigned repetitions(double seconds, double available) {
  return static_cast<unsigned>(std::clamp(available / std::max(seconds, 1e-9), 2.0, 200.0)) + 1;
}

}  // namespace

Study::Study(Recipe recipe, const Costs& costs, const AdviseOptions& options, std::uint64_t grain)
    : recipe_(std::move(recipe)),
      costs_(costs),
      options_(options),
      most_workers_(options.workers == 0 ? costs.cpus : options.workers),
      limit_(options.budget.count() * kShareOfOneLoop) {
  work_.read_per_element = recipe_.read_per_element();
  work_.written_per_element = recipe_.written_per_element();
  work_.copyable = recipe_.kernel.kind == KernelKind::reduction && recipe_.kernel.arrays == 1;
  work_.default_chunks = [grain](std::uint64_t size) { return default_chunks(size, grain); };
  most_items_ = most_items(recipe_, work_.read_per_element + work_.written_per_element);
}

double Study::left() const {
  return options_.budget.count() - Seconds(std::chrono::steady_clock::now() - start_).count();
}

std::uint64_t Study::chunks_of(std::uint64_t items) const {
  if (options_.chunks != 0) return std::min(options_.chunks, std::max<std::uint64_t>(items, 1));
  return recommended_chunks(costs_, known_, items, most_workers_);
}

TrialJob Study::job(std::uint64_t items, std::uint64_t chunks, unsigned repeat) {
  Sample& sample = samples_.try_emplace(items, recipe_, items).first->second;
  TrialJob job{recipe_.kernel.name, sample.arrays(), costs_.cpus, {}};
  job.options.arguments = sample.arguments();
  job.options.chunks = std::min(chunks, items);
  job.options.repeat = repeat;
  job.options.timeout = Seconds(4 * limit_);
  return job;
}

std::optional<PoolTrial> Study::trial(std::uint64_t items, unsigned workers) {
  const std::pair key(items, workers);
  if (const auto found = trials_.find(key); found != trials_.end()) return found->second;
  const double expected = slowed_ * seconds_at(work_.loop, static_cast<double>(items));
  if (const auto found = samples_.find(items); found != samples_.end()) found->second.renew_output();
  const auto measured = try_pool(job(items, chunks_of(items), repetitions(expected, limit_) + 1), workers);
  if (measured) trials_.emplace(key, *measured);
  return measured;
}

// In a pool first, where it can be ended if it takes too long.
bool Study::climb_to(std::uint64_t items) {
  TrialJob first = job(items, options_.chunks, 1);
  const auto guarded = try_pool(first, 1);
  if (!guarded) return false;
  loops_[items] = try_loop(job(items, options_.chunks, repetitions(guarded->first.seconds, limit_)));
  work_.loop.push_back({static_cast<double>(items), loops_[items].alone});
  slowed_ = std::max(slowed_, loops_[items].seconds / std::max(loops_[items].alone, 1e-9));
  return true;
}

std::uint64_t Study::next_after(std::uint64_t items) const {
  constexpr std::uint64_t kStep = 32;
  constexpr double kLongEnough = 0.01;
  const std::uint64_t size = recipe_.size.value_or(0);
  const double loop = work_.loop.back().value;
  if (items >= most_items_ || (items >= size && loop >= kLongEnough)) return items;
  std::uint64_t next = std::min(items * kStep, most_items_);
  if (items < size && size < next) next = size;
  const double affordable = static_cast<double>(items) * limit_ / std::max(loop, 1e-9);
  if (affordable < static_cast<double>(next)) next = static_cast<std::uint64_t>(affordable);
  // A last small step would cost its time and tell nothing, unless it is the size itself.
  return next == size || next >= items + items / 2 ? std::max(next, items) : items;
}

void Study::climb() {
  std::uint64_t items = 1;
  while (climb_to(items)) {
    const std::uint64_t next = next_after(items);
    if (next <= items || left() < options_.budget.count() / 2) break;
    items = next;
  }
  at_least_ = work_.loop.empty();
  if (at_least_) work_.loop.push_back({1, 4 * limit_});
  known_ = work_;
}

// What workers take from each other shows in the CPU time that they need, whatever else runs. What does not
// need the CPU, like sleeping, shows in the time that passes.
bool Study::needs_cpu(std::uint64_t items) const {
  const Duration& loop = loops_.at(items);
  return loop.cpu > loop.alone / 2;
}

double Study::lanes_of(std::uint64_t items, const PoolTrial& all) const {
  const Duration& loop = loops_.at(items);
  if (needs_cpu(items)) return std::min(most_workers_, costs_.cpus) * loop.cpu / std::max(all.warm.cpu, 1e-9);
  const double working = all.warm.alone - costs_.round_trip.of(most_workers_);
  return loop.alone / std::max(working, 1e-9);
}

void Study::measure_lanes_at(std::uint64_t items) {
  if (const auto all = trial(items, most_workers_))
    work_.lanes.push_back(
        {static_cast<double>(items), std::clamp<double>(lanes_of(items, *all), 1, most_workers_)});
}

// At the largest sample, and at one that is likely to be in caches, where there is enough to do for all
// workers.
void Study::measure_lanes() {
  if (most_workers_ == 1 || at_least_) return;
  const double enough = 10 * costs_.round_trip.of(most_workers_);
  const Point& largest = known_.loop.back();
  if (largest.value < enough || chunks_of(static_cast<std::uint64_t>(largest.size)) < most_workers_) return;
  const auto small = std::ranges::find_if(known_.loop.rbegin(), known_.loop.rend(), [&](const Point& point) {
    return point.value >= enough && point.value <= largest.value / 8;
  });
  if (small != known_.loop.rend() && chunks_of(static_cast<std::uint64_t>(small->size)) >= most_workers_)
    measure_lanes_at(static_cast<std::uint64_t>(small->size));
  // What does not need the CPU is measured in any case: the number of CPUs tells nothing about it.
  const auto items = static_cast<std::uint64_t>(largest.size);
  if (!needs_cpu(items) || left() > 4 * slowed_ * largest.value) measure_lanes_at(items);
}

void Study::measure(WorkerTimes& times) {
  const std::uint64_t size = *recipe_.size;
  const double expected = 3 * *times.pooled.predicted + *times.ephemeral.predicted;
  const bool known = trials_.contains({size, times.workers});
  if (!known && slowed_ * expected > left()) return;
  if (const auto measured = trial(size, times.workers)) {
    times.ephemeral.measured = measured->ephemeral();
    times.pooled.measured = measured->warm.seconds;
  }
  if (times.copied.predicted && slowed_ * *times.copied.predicted < left())
    times.copied.measured = try_copies(job(size, chunks_of(size), 1), times.workers);
}

void Study::fill_times(Advice& advice) {
  const std::uint64_t size = *recipe_.size;
  advice.chunks = chunks_of(size);
  advice.default_chunks = work_.default_chunks(size);
  advice.serial.predicted = seconds_at(work_.loop, static_cast<double>(size));
  advice.serial_new = new_loop(costs_, work_, size);
  const bool sampled = !at_least_ && std::ranges::find(work_.loop, static_cast<double>(size), &Point::size) !=
                                         work_.loop.end();
  for (const unsigned workers : worker_counts(most_workers_))
    advice.times.push_back(predict(costs_, work_, size, workers, advice.chunks));
  if (!sampled) return;
  advice.serial.measured = loops_[size].seconds;
  // The most workers first: they tell most, should time be short.
  for (auto times = advice.times.rbegin(); times != advice.times.rend(); ++times) measure(*times);
}

void Study::fill_break_even(Advice& advice) const {
  const auto counts = worker_counts(most_workers_);
  advice.break_even_ephemeral = break_even(costs_, work_, counts, options_.chunks, Start::cold);
  advice.break_even_pooled = break_even(costs_, work_, counts, options_.chunks, Start::warm);
}

Advice Study::advice() {
  climb();
  measure_lanes();
  Advice advice;
  advice.kernel = recipe_.kernel.name;
  advice.kind = recipe_.kernel.kind;
  advice.size = recipe_.size;
  advice.dtype = recipe_.dtype;
  advice.at_least = at_least_;
  if (!loops_.empty()) advice.busy = 1 - loops_.rbegin()->second.alone / loops_.rbegin()->second.seconds;
  advice.sample = static_cast<std::uint64_t>(work_.loop.back().size);
  if (recipe_.size) {
    fill_times(advice);
    const double bytes = work_.read_per_element + work_.written_per_element;
    judge(advice, costs_, static_cast<double>(*recipe_.size) * bytes);
  }
  fill_break_even(advice);
  return advice;
}

}  // namespace shmkit::advise_model
