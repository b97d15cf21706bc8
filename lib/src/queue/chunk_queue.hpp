#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "queue/lease_word.hpp"

namespace shmkit::queue {

using Word = std::atomic<std::uint64_t>;

// A fixed line: std::hardware_destructive_interference_size follows compiler flags and would differ
// between two builds that share memory.
inline constexpr std::size_t kLine = 64;
/// Words in a cache line; a ticket covers one line or more.
inline constexpr std::uint64_t kLineWords = kLine / sizeof(Word);

/// What lies beside the words, on lines of its own. All but `mark` are hints: they may be lost or wrong
/// without harm.
struct Hints {
  alignas(kLine) std::atomic<std::uint64_t> ticket;  ///< epoch:32 | count:32. Written by every claimer.
  alignas(kLine) std::atomic<std::uint64_t> freed;   ///< 1 + a chunk that recovery freed, or 0. Written by
                                                     ///< recoverers and claimers.
  std::atomic<std::uint64_t> recoveries;  ///< Bumped before a word is taken back; 0: no word has been.
  std::atomic<std::uint64_t> mark;  ///< epoch:32 | index:32. Every word below the index was seen terminal
                                    ///< under this epoch. True, and grows only.
};

static_assert(std::atomic<std::uint64_t>::is_always_lock_free,
              "a lock inside a shared word would die with its holder");
static_assert(sizeof(Hints) == 2 * kLine);

/// Where one claimer stands: the words of its last ticket, and where its last sweep found something. Private
/// to a worker, and to a job; losing it loses nothing.
struct Cursor {
  std::uint64_t next = 0;
  std::uint64_t end = 0;
  std::uint64_t sweep = 0;
};

/// Hands out the chunks of one job to workers that may die at any instruction.
///
/// A view: the words and hints live elsewhere, in memory that all workers share (of one process or many).
///
/// Guarantees
///   * A chunk is claimed by one owner at a time and committed at most once per epoch.
///   * Whoever dies, at whatever instruction, wedges nobody and loses no chunk, provided somebody calls
///   recover() for it.
/// Not guaranteed: an order between chunks; fairness.
///
/// Everything may be called concurrently, from any thread of any process, except fill().
/// States, memory order and crash table: docs/chunk_queue.md.
class ChunkQueue {
 public:
  ChunkQueue() = default;  ///< Of no words; for assignment only.
  ChunkQueue(Hints& hints, std::span<Word> words) noexcept : hints_(&hints), words_(words) {}

  std::uint64_t size() const noexcept { return words_.size(); }

  /// Makes every word FREE under `epoch`.
  /// Requires: no live process holds a lease in these words; nobody knows the epoch yet.
  void fill(std::uint32_t epoch) noexcept;

  /// Claims some chunk. Empty: none is free right now (all are leased or terminal, or the epoch has passed).
  std::optional<std::uint64_t> try_claim(Owner owner, std::uint32_t epoch, Cursor& cursor) noexcept;

  /// Ends the lease that try_claim() gave. What was written before is visible to whoever sees it committed.
  /// Aborts the process if the lease is not held: a live owner's lease is never revoked.
  void commit(std::uint64_t chunk, Owner owner, std::uint32_t epoch) noexcept;

  /// Ends it without success: the chunk is POISON, and not tried again. Otherwise as commit().
  void give_up(std::uint64_t chunk, Owner owner, std::uint32_t epoch, Cause cause) noexcept;

  /// Takes back what `dead` held: FREE again, or POISON after `retries` retries. `holding`: the chunk that it
  /// said it had, which is looked at first. Returns the chunks it moved.
  /// Requires: `dead` is proven dead.
  std::vector<std::uint64_t> recover(Owner dead, std::uint32_t epoch, std::uint32_t retries, Cause cause,
                                     std::uint64_t holding = 0);

  /// Cancels: FREE becomes CLOSED. Leases run to their end.
  void close(std::uint32_t epoch) noexcept;

  /// True once every word is terminal under this epoch; stays true until fill(). Scans from the terminal
  /// mark on, and moves it.
  bool done(std::uint32_t epoch) noexcept;

  /// True if some chunk waits for a worker.
  bool any_free(std::uint32_t epoch) const noexcept;

  /// Every word below it is terminal.
  std::uint64_t mark(std::uint32_t epoch) const noexcept;

  /// What deaths did to a job that is done.
  struct Losses {
    std::uint64_t retries = 0;            ///< Chunks that were freed again.
    std::vector<std::uint64_t> poisoned;  ///< In order.
  };
  Losses losses() const;

  /// Where the first words are, to be brought in before they are needed.
  const void* first_line() const noexcept { return words_.data(); }

  Lease was(std::uint64_t chunk) const noexcept {
    return unpack(words_[chunk].load(std::memory_order_acquire));
  }

 private:
  /// One line of words: everybody looks at all of them, and nobody touches the hints, which would cost more
  /// cache misses than they save.
  bool is_small() const noexcept { return size() <= kLineWords; }
  std::uint64_t ticket_words() const noexcept;
  bool claim_word(std::uint64_t chunk, Owner owner, std::uint32_t epoch) noexcept;
  void end_lease(std::uint64_t chunk, Owner owner, Lease end) noexcept;
  std::optional<std::uint64_t> claim_freed(Owner owner, std::uint32_t epoch) noexcept;
  std::optional<std::uint64_t> claim_ticket(Owner owner, std::uint32_t epoch, Cursor& cursor) noexcept;
  std::optional<std::uint64_t> sweep(Owner owner, std::uint32_t epoch, Cursor& cursor) noexcept;
  bool release_dead(std::uint64_t chunk, Owner dead, std::uint32_t epoch, std::uint32_t retries,
                    Cause cause) noexcept;
  bool is_terminal(std::uint64_t chunk, std::uint32_t epoch) const noexcept;
  /// The first word at or above `begin` that is not terminal.
  std::uint64_t none_open_from(std::uint64_t begin, std::uint32_t epoch) const noexcept;

  Hints* hints_ = nullptr;
  std::span<Word> words_;
};

}  // namespace shmkit::queue
