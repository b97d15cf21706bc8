#include "queue/chunk_queue.hpp"

#include <algorithm>
#include <cstdlib>

#include "queue/fault_point.hpp"
#include "queue/prefetch.hpp"

namespace shmkit::queue {
namespace {

constexpr std::uint64_t of_epoch(std::uint32_t epoch, std::uint64_t index) noexcept {
  return (std::uint64_t{epoch} << 32U) | index;
}

// A ticket of several lines keeps workers, and the hardware's prefetching, out of each other's lines; more of
// them would leave the last workers sweeping for what others have drawn.
constexpr std::uint64_t kTickets = 2048;
constexpr std::uint64_t kMostLines = 16;
constexpr std::uint64_t kAhead = 4 * kLineWords;

constexpr std::uint64_t index_of(std::uint64_t word) noexcept { return static_cast<std::uint32_t>(word); }

}  // namespace

void ChunkQueue::fill(std::uint32_t epoch) noexcept {
  const std::uint64_t free = pack({State::free, 0, {}, epoch});
  for (std::uint64_t chunk = 0; chunk < size(); ++chunk) {
    words_[chunk].store(free, std::memory_order_relaxed);
    fault_point(FaultPoint::word_filled, chunk);
  }
  // Not written without need: a line that nobody writes stays in everybody's cache.
  if (hints_->freed.load(std::memory_order_relaxed) != 0) hints_->freed.store(0, std::memory_order_relaxed);
  if (hints_->recoveries.load(std::memory_order_relaxed) != 0)
    hints_->recoveries.store(0, std::memory_order_relaxed);
  if (is_small()) return;
  hints_->ticket.store(of_epoch(epoch, 0), std::memory_order_relaxed);
  hints_->mark.store(of_epoch(epoch, 0), std::memory_order_relaxed);
}

std::optional<std::uint64_t> ChunkQueue::try_claim(Owner owner, std::uint32_t epoch,
                                                   Cursor& cursor) noexcept {
  if (auto chunk = claim_freed(owner, epoch)) return chunk;
  if (auto chunk = claim_ticket(owner, epoch, cursor)) return chunk;
  return sweep(owner, epoch, cursor);
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

std::uint64_t ChunkQueue::ticket_words() const noexcept {
  return std::clamp<std::uint64_t>(size() / kTickets / kLineWords, 1, kMostLines) * kLineWords;
}

std::optional<std::uint64_t> ChunkQueue::claim_ticket(Owner owner, std::uint32_t epoch,
                                                      Cursor& cursor) noexcept {
  if (is_small()) return std::nullopt;
  for (;;) {
    while (cursor.next < cursor.end) {
      const std::uint64_t chunk = cursor.next++;
      if (chunk % kLineWords == 0)
        prefetch_to_write(words_.data() + std::min(chunk + kAhead, cursor.end - 1));
      if (claim_word(chunk, owner, epoch)) return chunk;
    }
    // Looked at first, so that idle workers that keep asking cannot make the counter run away, and late ones
    // of the last job do not use up the tickets of this one: sweeping for all its words would take n^2 steps.
    const std::uint64_t next = hints_->ticket.load(std::memory_order_relaxed);
    if (next >> 32U != epoch || index_of(next) * ticket_words() >= size()) return std::nullopt;
    const std::uint64_t drawn = hints_->ticket.fetch_add(1, std::memory_order_relaxed);
    fault_point(FaultPoint::ticket_taken);
    if (drawn >> 32U != epoch) return std::nullopt;
    cursor.next = std::min(index_of(drawn) * ticket_words(), size());
    cursor.end = std::min(cursor.next + ticket_words(), size());
  }
}

// From where the last one ended, then from the mark: nothing free is passed over, and many sweeps together
// look at every word once or twice.
std::optional<std::uint64_t> ChunkQueue::sweep(Owner owner, std::uint32_t epoch, Cursor& cursor) noexcept {
  const std::uint64_t begin = mark(epoch);
  const std::uint64_t middle = std::clamp(cursor.sweep, begin, size());
  for (std::uint64_t i = begin; i < size(); ++i) {
    const std::uint64_t chunk = i - begin < size() - middle ? middle + (i - begin) : i - (size() - middle);
    if (!claim_word(chunk, owner, epoch)) continue;
    cursor.sweep = chunk + 1;
    return chunk;
  }
  return std::nullopt;
}

void ChunkQueue::end_lease(std::uint64_t chunk, Owner owner, Lease end) noexcept {
  fault_point(FaultPoint::executed, chunk);
  std::uint64_t held = pack({State::leased, was(chunk).attempt, owner, end.epoch});
  // Release: "the chunk's partial result". Sequentially consistent, for the sweep that follows.
  if (!words_[chunk].compare_exchange_strong(held, pack(end), std::memory_order_seq_cst)) std::abort();
  fault_point(FaultPoint::committed, chunk);
}

void ChunkQueue::commit(std::uint64_t chunk, Owner owner, std::uint32_t epoch) noexcept {
  end_lease(chunk, owner, {State::committed, was(chunk).attempt, owner, epoch});
}

void ChunkQueue::give_up(std::uint64_t chunk, Owner owner, std::uint32_t epoch, Cause cause) noexcept {
  hints_->recoveries.fetch_add(1, std::memory_order_relaxed);  // Before the word: losses() looks at it.
  const std::uint32_t attempt = std::min(was(chunk).attempt + 1, kMaxAttempt);
  end_lease(chunk, owner, {State::poison, attempt, as_owner(cause), epoch});
}

bool ChunkQueue::release_dead(std::uint64_t chunk, Owner dead, std::uint32_t epoch, std::uint32_t retries,
                              Cause cause) noexcept {
  Word& word = words_[chunk];
  std::uint64_t seen = word.load(std::memory_order_acquire);
  const Lease lease = unpack(seen);
  if (lease.state != State::leased || lease.owner != dead || lease.epoch != epoch) return false;
  const std::uint32_t attempt = std::min(lease.attempt + 1, kMaxAttempt);
  const bool given_up = attempt > retries;
  const Lease next{given_up ? State::poison : State::free, attempt, given_up ? as_owner(cause) : dead, epoch};
  hints_->recoveries.fetch_add(1, std::memory_order_relaxed);
  // Release: "what the dead worker's successor may overwrite".
  return word.compare_exchange_strong(seen, pack(next), std::memory_order_acq_rel);
}

std::vector<std::uint64_t> ChunkQueue::recover(Owner dead, std::uint32_t epoch, std::uint32_t retries,
                                               Cause cause, std::uint64_t holding) {
  std::vector<std::uint64_t> moved;
  const auto take_back = [&](std::uint64_t chunk) {
    if (!release_dead(chunk, dead, epoch, retries, cause)) return;
    fault_point(FaultPoint::word_freed, chunk);
    moved.push_back(chunk);
    hints_->freed.store(chunk + 1, std::memory_order_relaxed);
    fault_point(FaultPoint::hint_set, chunk);
  };
  if (holding < size()) take_back(holding);
  for (std::uint64_t chunk = mark(epoch); chunk < size(); ++chunk) take_back(chunk);
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

bool ChunkQueue::is_terminal(std::uint64_t chunk, std::uint32_t epoch) const noexcept {
  // Acquire: "the chunk's partial result". Sequentially consistent, after the scanner's own commit.
  const Lease lease = unpack(words_[chunk].load(std::memory_order_seq_cst));
  return terminal(lease.state) && lease.epoch == epoch;
}

std::uint64_t ChunkQueue::none_open_from(std::uint64_t begin, std::uint32_t epoch) const noexcept {
  while (begin < size() && is_terminal(begin, epoch)) ++begin;
  return begin;
}

std::uint64_t ChunkQueue::mark(std::uint32_t epoch) const noexcept {
  if (is_small()) return 0;
  // Acquire: "all the partial results below it".
  const std::uint64_t mark = hints_->mark.load(std::memory_order_acquire);
  return mark >> 32U == epoch ? std::min(index_of(mark), size()) : 0;
}

bool ChunkQueue::done(std::uint32_t epoch) noexcept {
  if (is_small()) return none_open_from(0, epoch) == size();
  std::uint64_t seen = hints_->mark.load(std::memory_order_acquire);
  if (seen >> 32U != epoch) return false;  // Another job has these words by now.
  const std::uint64_t begin = mark(epoch);
  const std::uint64_t index = none_open_from(begin, epoch);
  // Release: "all the partial results below it". Fails if somebody was faster, or the job is another one.
  if (index > begin)
    hints_->mark.compare_exchange_strong(seen, of_epoch(epoch, index), std::memory_order_acq_rel);
  return index == size();
}

bool ChunkQueue::any_free(std::uint32_t epoch) const noexcept {
  for (std::uint64_t chunk = mark(epoch); chunk < size(); ++chunk) {
    if (was(chunk).state == State::free) return true;
  }
  return false;
}

ChunkQueue::Losses ChunkQueue::losses() const {
  Losses losses;
  if (hints_->recoveries.load(std::memory_order_relaxed) == 0) return losses;
  for (std::uint64_t chunk = 0; chunk < size(); ++chunk) {
    const Lease lease = was(chunk);
    const bool poison = lease.state == State::poison;
    losses.retries += lease.attempt - (poison ? 1 : 0);
    if (poison) losses.poisoned.push_back(chunk);
  }
  return losses;
}

}  // namespace shmkit::queue
