#include "pool/overtime.hpp"

#include <algorithm>

namespace shmkit::pool {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kGrace{1000};
constexpr milliseconds kShortest{1};
constexpr milliseconds kLongest{50};
constexpr milliseconds kSearch{50};  // Reading a million words takes a millisecond.

}  // namespace

std::optional<milliseconds> Overtime::limit(const ClientSlot& client) const noexcept {
  const auto job = leased_job(client);
  if (!job) return std::nullopt;
  if (job->word.state == SlotState::draining) return kGrace;
  if (job->description.chunk_timeout_ms == 0) return std::nullopt;
  return milliseconds(static_cast<std::int64_t>(job->description.chunk_timeout_ms));
}

std::optional<milliseconds> Overtime::period() const noexcept {
  std::optional<milliseconds> period;
  for (std::uint32_t client = 0; client < pool_.clients(); ++client) {
    const auto most = limit(pool_.client(client));
    if (most) period = std::min(period.value_or(kLongest), std::clamp(*most / 8, kShortest, kLongest));
  }
  return period;
}

bool Overtime::unchanged(Seen& seen, const Seen& now) const noexcept {
  if (seen.holding == now.holding && seen.executed == now.executed && seen.job == now.job) return true;
  seen = now;
  return false;
}

bool Overtime::is_stuck(std::uint32_t worker, queue::Owner owner, JobKeeper& keeper, Clock::time_point now) {
  const WorkerSlot& slot = pool_.worker(worker);
  const std::uint64_t said = slot.holding.load(std::memory_order_relaxed);
  const Holding holding = unpack_holding(said);
  if (said == 0 || holding.client >= pool_.clients()) return false;
  const ClientSlot& client = pool_.client(holding.client);
  const Seen current{said, slot.executed.load(std::memory_order_relaxed), client.state(), now};
  if (!unchanged(seen_[worker], current)) return false;
  const auto most = limit(client);
  if (!most || now - seen_[worker].since < *most) return false;
  // What it said is a hint; the word decides.
  const auto job = leased_job(client);
  if (!job || holding.chunk >= job->description.chunks) return false;
  const auto memory = keeper.memory_of(holding.client, job->description);
  const queue::Lease lease = memory.queue(job->description.chunks).was(holding.chunk);
  return lease.state == queue::State::leased && lease.owner == owner && lease.epoch == job->word.epoch;
}

bool Overtime::is_old(const Found& current, milliseconds most) {
  Found& found = found_[current.lease.owner.slot];
  if (queue::pack(found.lease) == queue::pack(current.lease) && found.client == current.client &&
      found.chunk == current.chunk)
    return current.since - found.since >= most;
  found = current;
  return false;
}

// What a worker says it is holding is a hint. Only the words tell of one that was stopped right after its
// claim.
void Overtime::end_the_silent(std::uint32_t client, Crew& crew, JobKeeper& keeper, Clock::time_point now) {
  const auto most = limit(pool_.client(client));
  if (!most || now - searched_[client] < std::max(*most / 2, kSearch)) return;
  searched_[client] = now;
  const auto job = leased_job(pool_.client(client));
  if (!job) return;
  const auto memory = keeper.memory_of(client, job->description);
  const auto queue = memory.queue(job->description.chunks);
  for (std::uint64_t chunk = queue.mark(job->word.epoch); chunk < queue.size(); ++chunk) {
    const queue::Lease lease = queue.was(chunk);
    const bool out = lease.state == queue::State::leased && lease.epoch == job->word.epoch;
    if (!out || lease.owner.slot >= crew.size() || lease.owner != crew.owner(lease.owner.slot)) continue;
    if (is_old({lease, client, chunk, now}, *most)) crew.kill_stuck(lease.owner.slot);
  }
}

void Overtime::end_the_stuck(Crew& crew, JobKeeper& keeper, Clock::time_point now) {
  // Its job's memory cannot be had: whoever dies in that job says so to the client.
  const auto unless_memory_is_gone = [](const auto& look) {
    try {
      look();
    } catch (const Error&) {
      return;
    }
  };
  for (std::uint32_t worker = 0; worker < crew.size(); ++worker) {
    unless_memory_is_gone([&] {
      if (is_stuck(worker, crew.owner(worker), keeper, now)) crew.kill_stuck(worker);
    });
  }
  for (std::uint32_t client = 0; client < pool_.clients(); ++client)
    unless_memory_is_gone([&] { end_the_silent(client, crew, keeper, now); });
}

}  // namespace shmkit::pool
