#include "executor/task_table.hpp"

#include <algorithm>
#include <bit>
#include <cstdlib>

#include "queue/fault_point.hpp"

namespace shmkit::executor {
namespace {

using queue::fault_point;
using queue::FaultPoint;
using queue::Lease;
using queue::State;

constexpr std::uint64_t bit_of(std::uint32_t task) noexcept { return std::uint64_t{1} << (task % 64); }

}  // namespace

void TaskTable::post(std::uint32_t task) noexcept {
  fault_point(FaultPoint::task_written, task);
  auto& word = slot(task).word;
  const std::uint32_t epoch = queue::unpack(word.load(std::memory_order_relaxed)).epoch + 1;
  // Release: "the task's record".
  word.store(pack(Lease{State::free, 0, {}, epoch}), std::memory_order_release);
  fault_point(FaultPoint::task_freed, task);
  set_posted(task);
  memory_.board().head.store((task + 1) % kTasks, std::memory_order_relaxed);
  fault_point(FaultPoint::task_posted, task);
}

void TaskTable::set_posted(std::uint32_t task) noexcept {
  // Release: "the word is FREE by now".
  memory_.board().posted[task / 64].fetch_or(bit_of(task), std::memory_order_release);
}

bool TaskTable::try_cancel(std::uint32_t task) noexcept {
  auto& word = slot(task).word;
  std::uint64_t seen = word.load(std::memory_order_relaxed);
  Lease lease = queue::unpack(seen);
  if (lease.state != State::free || lease.attempt > 0) return false;
  lease.state = State::closed;
  // Relaxed: nobody has written anything for us, and the record stays ours.
  return word.compare_exchange_strong(seen, pack(lease), std::memory_order_relaxed);
}

// In a circle from the head: first the later part of its word, last the earlier part of the same.
std::optional<std::uint32_t> TaskTable::try_claim(queue::Owner owner) noexcept {
  const auto head = static_cast<std::uint32_t>(memory_.board().head.load(std::memory_order_relaxed));
  const std::uint64_t later = ~std::uint64_t{0} << (head % 64);
  for (std::uint32_t i = 0; i <= kBoardWords; ++i) {
    const std::uint64_t mask = i == 0 ? later : i == kBoardWords ? ~later : ~std::uint64_t{0};
    if (const auto task = claim_in((head / 64 + i) % kBoardWords, mask, owner)) return task;
  }
  return std::nullopt;
}

std::optional<std::uint32_t> TaskTable::claim_in(std::uint32_t word, std::uint64_t mask,
                                                 queue::Owner owner) noexcept {
  auto& posted = memory_.board().posted[word];
  for (std::uint64_t bits = posted.load(std::memory_order_relaxed) & mask; bits != 0; bits &= bits - 1) {
    const std::uint32_t task = word * 64 + static_cast<std::uint32_t>(std::countr_zero(bits));
    // Acquire: "the word is FREE by now".
    if ((posted.fetch_and(~bit_of(task), std::memory_order_acquire) & bit_of(task)) == 0) continue;
    fault_point(FaultPoint::task_taken, task);
    if (claim_task(task, owner)) return task;
  }
  return std::nullopt;
}

bool TaskTable::claim_task(std::uint32_t task, queue::Owner owner) noexcept {
  auto& word = slot(task).word;
  std::uint64_t seen = word.load(std::memory_order_relaxed);
  const Lease lease = queue::unpack(seen);
  if (lease.state != State::free) return false;
  // Acquire: "the task's record", "what the dead worker's successor may overwrite".
  const bool won =
      word.compare_exchange_strong(seen, pack(Lease{State::leased, lease.attempt, owner, lease.epoch}),
                                   std::memory_order_acquire, std::memory_order_relaxed);
  if (won) fault_point(FaultPoint::task_leased, task);
  return won;
}

void TaskTable::commit(std::uint32_t task, queue::Owner owner) noexcept {
  fault_point(FaultPoint::task_executed, task);
  auto& word = slot(task).word;
  std::uint64_t seen = word.load(std::memory_order_relaxed);
  Lease lease = queue::unpack(seen);
  if (lease.state != State::leased || lease.owner != owner) std::abort();
  lease.state = State::committed;
  // Release: "the task's output".
  if (!word.compare_exchange_strong(seen, pack(lease), std::memory_order_release, std::memory_order_relaxed))
    std::abort();
  fault_point(FaultPoint::task_committed, task);
}

std::uint32_t TaskTable::recover(queue::Owner dead, std::uint32_t retries, queue::Cause cause) noexcept {
  std::uint32_t taken_back = 0;
  for (std::uint32_t task = 0; task < kTasks; ++task) {
    if (take_back(task, dead, retries, cause)) {
      ++taken_back;
      fault_point(FaultPoint::task_taken_back, task);
    }
    if (queue::unpack(slot(task).word.load(std::memory_order_relaxed)).state == State::free) set_posted(task);
  }
  fault_point(FaultPoint::tasks_reposted);
  return taken_back;
}

bool TaskTable::take_back(std::uint32_t task, queue::Owner dead, std::uint32_t retries,
                          queue::Cause cause) noexcept {
  auto& word = slot(task).word;
  std::uint64_t seen = word.load(std::memory_order_relaxed);
  const Lease lease = queue::unpack(seen);
  if (lease.state != State::leased || lease.owner != dead) return false;
  const std::uint32_t attempt = std::min(lease.attempt + 1, queue::kMaxAttempt);
  const bool given_up = attempt > retries;
  const Lease next{given_up ? State::poison : State::free, attempt, given_up ? as_owner(cause) : dead,
                   lease.epoch};
  // Release: "what the dead worker's successor may overwrite".
  return word.compare_exchange_strong(seen, pack(next), std::memory_order_acq_rel);
}

queue::Lease TaskTable::was(std::uint32_t task) const noexcept {
  // Acquire: "the task's output".
  return queue::unpack(slot(task).word.load(std::memory_order_acquire));
}

}  // namespace shmkit::executor
