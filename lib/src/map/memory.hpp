#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

#include "pool/layout.hpp"
#include "queue/chunk_queue.hpp"

// What the workers of map_commands() share with the process that forked them. All zero is a valid beginning.
//
//   pool memory without clients | Board | Desk x workers | lease words | starts, a byte per task
//
// A task is an item that is to be done; its number is its place in the queue.
namespace shmkit::map {

/// How a run of a command ended.
enum class Outcome : std::uint8_t {
  done,         ///< Exit code 0.
  failed,       ///< Another one: `value`.
  killed,       ///< By the signal `value`.
  timed_out,    ///< By us, because it took too long.
  not_started,  ///< `value` is the errno.
  stopped,      ///< Not started, because everything is to stop.
  lost,         ///< Its worker died.
  broken,       ///< The worker cannot go on; the reason is in its slot of the pool, `value` the Errc.
};

/// A part of a worker's scratch file.
struct Extent {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

/// What a worker says of a task, after its last run.
struct Result {
  std::uint64_t number = 0;  ///< Of this worker's results, from 1.
  double start = 0;          ///< Seconds since the epoch of Unix.
  double seconds = 0;
  std::uint32_t task = 0;
  int value = 0;
  std::uint32_t attempts = 0;
  Outcome outcome{};
  Extent output;
  Extent error;
};

/// Where a worker lays down its results, and what it is at. The numbers only grow.
struct alignas(queue::kLine) Desk {
  static constexpr std::uint64_t kResults = 64;

  /// Written by the worker; `posted` also by the session, for one that is dead.
  std::atomic<std::uint64_t> holding;  ///< Hint: 1 + the task that it claimed last.
  std::atomic<int> group;              ///< Process group of its command, or 0.
  std::atomic<std::uint64_t> posted;   ///< Results that are complete, and whose task is committed.
  /// Written by the session.
  alignas(queue::kLine) std::atomic<std::uint64_t> taken;  ///< Results whose place here is free again.
  std::atomic<std::uint64_t> printed;                      ///< Results whose output is not needed any more.

  alignas(queue::kLine) std::array<Result, kResults> results;

  Result& result(std::uint64_t number) noexcept { return results[number % kResults]; }
};

/// Written by the session.
struct alignas(queue::kLine) Board {
  std::atomic<std::uint32_t> stop;  ///< 1: no command is started any more.
};

/// A view.
class MapMemory {
 public:
  /// `base`: bytes(workers, tasks) of them.
  MapMemory(std::byte* base, std::uint32_t workers, std::uint64_t tasks) noexcept
      : base_(base), workers_(workers), tasks_(tasks) {}

  static constexpr std::uint64_t bytes(std::uint32_t workers, std::uint64_t tasks) noexcept {
    return words_offset(workers) + tasks * (sizeof(queue::Word) + 1);
  }

  std::uint32_t workers() const noexcept { return workers_; }
  pool::PoolMemory pool() const noexcept { return {base_, workers_, 0}; }
  Board& board() const noexcept { return *reinterpret_cast<Board*>(base_ + board_offset(workers_)); }
  Desk& desk(std::uint32_t worker) const noexcept {
    return reinterpret_cast<Desk*>(base_ + desks_offset(workers_))[worker];
  }
  queue::Hints& hints() const noexcept {
    return *reinterpret_cast<queue::Hints*>(base_ + hints_offset(workers_));
  }
  queue::ChunkQueue queue() const noexcept {
    return {hints(), {reinterpret_cast<queue::Word*>(base_ + words_offset(workers_)), tasks_}};
  }
  /// How often the command of a task was started. Written by the holder of its lease, before it starts it.
  std::atomic<std::uint8_t>& starts(std::uint64_t task) const noexcept {
    auto* const words = reinterpret_cast<queue::Word*>(base_ + words_offset(workers_));
    return reinterpret_cast<std::atomic<std::uint8_t>*>(words + tasks_)[task];
  }

 private:
  static constexpr std::uint64_t board_offset(std::uint32_t workers) noexcept {
    return pool::PoolMemory::bytes(workers, 0);
  }
  static constexpr std::uint64_t desks_offset(std::uint32_t workers) noexcept {
    return board_offset(workers) + sizeof(Board);
  }
  static constexpr std::uint64_t hints_offset(std::uint32_t workers) noexcept {
    return desks_offset(workers) + workers * sizeof(Desk);
  }
  static constexpr std::uint64_t words_offset(std::uint32_t workers) noexcept {
    return hints_offset(workers) + sizeof(queue::Hints);
  }

  std::byte* base_;
  std::uint32_t workers_;
  std::uint64_t tasks_;
};

static_assert(std::atomic<std::uint8_t>::is_always_lock_free && std::atomic<int>::is_always_lock_free,
              "a lock inside shared memory would die with its holder");

/// There is one job in this memory.
inline constexpr std::uint32_t kEpoch = 1;

}  // namespace shmkit::map
