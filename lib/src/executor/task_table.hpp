#pragma once

#include <cstdint>
#include <optional>

#include "executor/layout.hpp"
#include "queue/lease_word.hpp"

namespace shmkit::executor {

/// Hands out tasks to workers that may die at any instruction.
///
/// A view: slots and hints live in memory that all workers share (of one process or many).
///
/// Guarantees
///   * A task is claimed by one owner at a time, and committed at most once per epoch.
///   * Whoever dies, at whatever instruction, wedges nobody and loses no task, provided somebody calls
///   recover() for it.
/// Not guaranteed: an order; but the oldest comes first as a rule.
///
/// post() and try_cancel() are for one thread, the client's. Everything else may be called concurrently.
/// States, memory order and crash table: docs/executor.md.
class TaskTable {
 public:
  explicit TaskTable(ExecutorMemory memory) noexcept : memory_(memory) {}

  TaskSlot& slot(std::uint32_t task) const noexcept { return memory_.slot(task); }

  /// Makes the task FREE under the next epoch of its slot. What was written into the slot before is visible
  /// to whoever claims it. Requires: its word is terminal, or was never used.
  void post(std::uint32_t task) noexcept;

  /// FREE becomes CLOSED, if nobody has begun the task. False: somebody has.
  bool try_cancel(std::uint32_t task) noexcept;

  /// Claims the oldest task that is posted. Empty: none is, right now.
  std::optional<std::uint32_t> try_claim(queue::Owner owner) noexcept;

  /// Ends the lease that try_claim() gave. What was written before is visible to whoever sees it committed.
  /// Aborts the process if the lease is not held: a live owner's lease is never revoked.
  void commit(std::uint32_t task, queue::Owner owner) noexcept;

  /// Takes back what `dead` held: FREE again, or POISON after `retries` retries; and posts every FREE task
  /// again, since the dead may have cleared its bit. Returns how many it took back.
  /// Requires: `dead` is proven dead.
  std::uint32_t recover(queue::Owner dead, std::uint32_t retries, queue::Cause cause) noexcept;

  /// After it, the task's output may be read if the state is terminal.
  queue::Lease was(std::uint32_t task) const noexcept;

 private:
  void set_posted(std::uint32_t task) noexcept;
  std::optional<std::uint32_t> claim_in(std::uint32_t word, std::uint64_t mask, queue::Owner owner) noexcept;
  bool claim_task(std::uint32_t task, queue::Owner owner) noexcept;
  bool take_back(std::uint32_t task, queue::Owner dead, std::uint32_t retries, queue::Cause cause) noexcept;

  ExecutorMemory memory_;
};

}  // namespace shmkit::executor
