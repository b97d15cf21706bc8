#include "queue/chunk_queue.hpp"

#include <algorithm>
#include <cstdlib>

#include "queue/fault_point.hpp"

namespace shmkit::queue {

void ChunkQueue::fill(std::uint32_t epoch) noexcept {
  const std::uint64_t free = pack({State::free, 0, {}, epoch});
  for (std::uint64_t chunk = 0; chunk < size(); ++chunk) {
    words_[chunk].store(free, std::memory_order_relaxed);
    fault_point(FaultPoint::word_filled, chunk);
  }
  hints_->ticket.store(0, std::memory_order_relaxed);
  hints_->freed.store(0, std::memory_order_relaxed);
}

std::optional<std::uint64_t> ChunkQueue::try_claim(Owner owner, std::uint32_t epoch,
                                                   Cursor& cursor) noexcept {
  if (auto chunk = claim_freed(owner, epoch)) return chunk;
  if (auto chunk = claim_ticket(owner, epoch, cursor)) return chunk;
  return sweep(owner, epoch);
}

bool ChunkQueue::claim_word(std::uint64_t chunk, Owner owner, std::uint32_t epoch) noexcept {
  Word& word = words_[chunk];
  std::uint64_t seen = word.load(std::memory_order_relaxed);
  const Lease lease = unpack(seen);
  if (lease.state != State::free || lease.epoch != epoch) return false;
  // Acquire: "what the dead worker's successor may overwrite".
  const bool won = word.compare_exchange_strong(seen, pack({State::leased, lease.attempt, owner, epoch}),
                                                std::memory_order_acquire, std::memory_order_relaxed);
  if (won) fault_point(FaultPoint::leased, chunk);
  return won;
}

std::optional<std::uint64_t> ChunkQueue::claim_freed(Owner owner, std::uint32_t epoch) noexcept {
  if (hints_->freed.load(std::memory_order_relaxed) == 0) return std::nullopt;
  const std::uint64_t hint = hints_->freed.exchange(0, std::memory_order_relaxed);
  fault_point(FaultPoint::hint_taken);
  if (hint == 0 || hint > size() || !claim_word(hint - 1, owner, epoch)) return std::nullopt;
  return hint - 1;
}

std::optional<std::uint64_t> ChunkQueue::claim_ticket(Owner owner, std::uint32_t epoch,
                                                      Cursor& cursor) noexcept {
  for (;;) {
    while (cursor.next < cursor.end) {
      const std::uint64_t chunk = cursor.next++;
      if (claim_word(chunk, owner, epoch)) return chunk;
    }
    // Looked at first, so that idle workers that keep asking cannot make the counter run away.
    if (hints_->ticket.load(std::memory_order_relaxed) * kTicketWords >= size()) return std::nullopt;
    const std::uint64_t ticket = hints_->ticket.fetch_add(1, std::memory_order_relaxed);
    fault_point(FaultPoint::ticket_taken);
    cursor.next = std::min(ticket * kTicketWords, size());
    cursor.end = std::min(cursor.next + kTicketWords, size());
  }
}

// Starts at a place of its own, so that workers that sweep together do not fight for the same words.
std::optional<std::uint64_t> ChunkQueue::sweep(Owner owner, std::uint32_t epoch) noexcept {
  const std::uint64_t start = size() == 0 ? 0 : owner.slot * kTicketWords % size();
  for (std::uint64_t i = 0; i < size(); ++i) {
    const std::uint64_t chunk = start + i < size() ? start + i : start + i - size();
    if (claim_word(chunk, owner, epoch)) return chunk;
  }
  return std::nullopt;
}

void ChunkQueue::commit(std::uint64_t chunk, Owner owner, std::uint32_t epoch) noexcept {
  fault_point(FaultPoint::executed, chunk);
  Word& word = words_[chunk];
  std::uint64_t held =
      pack({State::leased, unpack(word.load(std::memory_order_relaxed)).attempt, owner, epoch});
  const std::uint64_t committed = pack({State::committed, unpack(held).attempt, owner, epoch});
  // Release: "the chunk's partial result". Sequentially consistent, for the sweep that follows.
  if (!word.compare_exchange_strong(held, committed, std::memory_order_seq_cst)) std::abort();
  fault_point(FaultPoint::committed, chunk);
}

bool ChunkQueue::release_dead(std::uint64_t chunk, Owner dead, std::uint32_t epoch,
                              std::uint32_t retries) noexcept {
  Word& word = words_[chunk];
  std::uint64_t seen = word.load(std::memory_order_acquire);
  const Lease lease = unpack(seen);
  if (lease.state != State::leased || lease.owner != dead || lease.epoch != epoch) return false;
  const std::uint32_t attempt = std::min(lease.attempt + 1, kMaxAttempt);
  const State next = attempt > retries ? State::poison : State::free;
  // Release: "what the dead worker's successor may overwrite". Who died is kept, for the report.
  return word.compare_exchange_strong(seen, pack({next, attempt, dead, epoch}), std::memory_order_acq_rel);
}

std::vector<std::uint64_t> ChunkQueue::recover(Owner dead, std::uint32_t epoch, std::uint32_t retries) {
  std::vector<std::uint64_t> moved;
  for (std::uint64_t chunk = 0; chunk < size(); ++chunk) {
    if (!release_dead(chunk, dead, epoch, retries)) continue;
    fault_point(FaultPoint::word_freed, chunk);
    moved.push_back(chunk);
    hints_->freed.store(chunk + 1, std::memory_order_relaxed);
    fault_point(FaultPoint::hint_set, chunk);
  }
  return moved;
}

void ChunkQueue::close(std::uint32_t epoch) noexcept {
  for (Word& word : words_) {
    std::uint64_t seen = word.load(std::memory_order_relaxed);
    while (unpack(seen).state == State::free && unpack(seen).epoch == epoch) {
      Lease closed = unpack(seen);
      closed.state = State::closed;
      if (word.compare_exchange_weak(seen, pack(closed), std::memory_order_acq_rel)) break;
    }
  }
}

bool ChunkQueue::done() const noexcept {
  // Acquire: "the chunk's partial result". Sequentially consistent, after the sweeper's own commit.
  return std::ranges::all_of(
      words_, [](const Word& word) { return terminal(unpack(word.load(std::memory_order_seq_cst)).state); });
}

}  // namespace shmkit::queue
