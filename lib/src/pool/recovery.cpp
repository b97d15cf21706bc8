#include "pool/recovery.hpp"

#include "pool/bells.hpp"
#include "queue/fault_point.hpp"

namespace shmkit::pool {
namespace {

// Before the chunk may be somebody else's. The lease of the dead keeps the job, and its memory, as they are.
void note_death(PoolMemory pool, const SeenJob& job, const Death& death, const JobMemory& memory,
                const queue::ChunkQueue& queue, std::uint64_t chunk) {
  if (job.description.traced == 0 || chunk >= queue.size()) return;
  const queue::Lease lease = queue.was(chunk);
  if (lease.state != queue::State::leased || lease.owner != death.owner || lease.epoch != job.word.epoch)
    return;
  const std::uint32_t pid = pool.worker(death.owner.slot).pid.load(std::memory_order_relaxed);
  memory.trace(queue.size()).bury({death.owner.slot, lease.attempt + 1, pid}, chunk, death.cause);
  queue::fault_point(queue::FaultPoint::death_noted, chunk);
}

std::uint64_t recover_in(PoolMemory pool, std::uint32_t client, const SeenJob& job, const Death& death,
                         JobKeeper& keeper) {
  const JobMemory memory = keeper.memory_of(client, job.description);
  queue::ChunkQueue queue = memory.queue(job.description.chunks);
  const std::uint64_t said = pool.worker(death.owner.slot).holding.load(std::memory_order_relaxed);
  const std::uint64_t holding = unpack_holding(said).chunk;
  note_death(pool, job, death, memory, queue, holding);
  const auto moved =
      queue.recover(death.owner, job.word.epoch, job.description.retries, death.cause, holding);
  if (moved.empty()) return 0;
  ring_workers(pool, client, moved.size());
  announce(pool.client(client));  // It may have been the last chunk, given up.
  keeper.wake_client(pool.client(client));
  return moved.size();
}

}  // namespace

bool is_for_good(const Error& e) noexcept {
  return e.errc() == Errc::not_found || e.errc() == Errc::not_an_array;
}

// Read twice: a description belongs to the word that stands before and after it. A word that changes
// meanwhile is of a job whose leases are all returned, or of a later one in which the dead had no part.
std::optional<SeenJob> leased_job(const ClientSlot& client) noexcept {
  for (;;) {
    const SlotWord word = client.state();
    if (word.state != SlotState::running && word.state != SlotState::draining) return std::nullopt;
    const SeenJob job{word, client.description.read()};
    const SlotWord after = client.state();
    const bool given_up = after == SlotWord{word.epoch, SlotState::draining};
    if (after == word || given_up) return job;
  }
}

Recovered recover_worker(PoolMemory pool, const Death& death, JobKeeper& keeper) {
  Recovered result;
  for (std::uint32_t client = 0; client < pool.clients(); ++client) {
    const auto job = leased_job(pool.client(client));
    if (!job) continue;
    try {
      result.chunks += recover_in(pool, client, *job, death, keeper);
    } catch (const Error& e) {
      if (!is_for_good(e)) {
        result.complete = false;
        continue;
      }
      announce_failure(pool, client, {job->word.epoch, e.errc(), death.owner.slot}, e);
      keeper.wake_client(pool.client(client));
    }
  }
  queue::fault_point(queue::FaultPoint::recovered);
  return result;
}

}  // namespace shmkit::pool
