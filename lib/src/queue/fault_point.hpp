#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace shmkit::queue {

/// The steps of the protocol after which a test may kill the process (docs/chunk_queue.md, crash table).
enum class FaultPoint : std::uint8_t {
  // Of a worker.
  worker_started,
  worker_locked,
  job_read,
  job_attached,
  ticket_taken,
  hint_taken,
  leased,
  executed,
  committed,
  before_signal,
  signalled,
  asleep,
  // Of a client.
  slot_locked,
  connected,
  segment_intended,
  segment_made,
  word_filled,
  described,
  published,
  rung,
  all_terminal,
  job_finished,
  gave_up,
  segment_dropped,
  // Of whoever recovers: the client of a private pool, or a supervisor.
  word_freed,
  hint_set,
  // Of a supervisor.
  pool_made,
  pool_named,
  worker_forked,
  worker_reaped,
  recovered,
  client_dead,
  draining,
  words_closed,
  segment_unlinked,
  slot_vacated,
  workers_ended,
  // Of a job that is traced: a worker, and whoever recovers.
  traced_begin,
  death_noted,
  // Of an executor (docs/executor.md): worker, supervisor, client.
  task_taken,
  task_leased,
  task_executed,
  task_committed,
  task_counted,
  task_taken_back,
  tasks_reposted,
  task_written,
  task_freed,
  task_posted,
  task_rung,
};

inline constexpr std::array<std::string_view, 50> kFaultPointNames = {
    "worker_started", "worker_locked", "job_read",       "job_attached",    "ticket_taken",
    "hint_taken",     "leased",        "executed",       "committed",       "before_signal",
    "signalled",      "asleep",        "slot_locked",    "connected",       "segment_intended",
    "segment_made",   "word_filled",   "described",      "published",       "rung",
    "all_terminal",   "job_finished",  "gave_up",        "segment_dropped", "word_freed",
    "hint_set",       "pool_made",     "pool_named",     "worker_forked",   "worker_reaped",
    "recovered",      "client_dead",   "draining",       "words_closed",    "segment_unlinked",
    "slot_vacated",   "workers_ended", "traced_begin",   "death_noted",     "task_taken",
    "task_leased",    "task_executed", "task_committed", "task_counted",    "task_taken_back",
    "tasks_reposted", "task_written",  "task_freed",     "task_posted",     "task_rung"};
inline constexpr int kFaultPoints = static_cast<int>(kFaultPointNames.size());
inline constexpr int kPoolFaultPoints = static_cast<int>(FaultPoint::workers_ended) + 1;
static_assert(static_cast<int>(FaultPoint::task_rung) + 1 == kFaultPoints);

/// Set by tests only; called at every fault point, with the chunk where there is one. Costs one predictable
/// load otherwise, and nothing in a build for users.
using FaultHook = void (*)(FaultPoint, std::uint64_t chunk);
inline FaultHook fault_hook = nullptr;

inline void fault_point(FaultPoint point, std::uint64_t chunk = 0) noexcept {
#ifdef SHMKIT_FAULT_POINTS
  if (fault_hook != nullptr) fault_hook(point, chunk);
#else
  static_cast<void>(point);
  static_cast<void>(chunk);
#endif
}

}  // namespace shmkit::queue
