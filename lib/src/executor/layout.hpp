#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include <shmkit/executor_task.hpp>

#include "pool/layout.hpp"
#include "pool/shared_text.hpp"
#include "queue/lease_word.hpp"

// What the processes of an executor share (docs/executor.md). All zero is a valid beginning.
//
//   PoolMemory of the workers | Board | Desk | Office | TaskSlot x kTasks
namespace shmkit::executor {

using pool::SharedText;

inline constexpr std::size_t kLine = 64;
inline constexpr std::uint32_t kBoardWords = 15;
/// As many as fill two lines of the board with the head.
inline constexpr std::uint32_t kTasks = kBoardWords * 64;

/// Where workers look for tasks. Hints.
struct alignas(kLine) Board {
  std::atomic<std::uint64_t> head;  ///< One past the slot that was filled last. Written by the client.
  std::array<std::atomic<std::uint64_t>, kBoardWords> posted;  ///< Only by read-modify-write.
};
static_assert(sizeof(Board) == 2 * kLine, "a scan of the board is a scan of two lines");

/// What the client waits for: nothing, the end of one task, or until `done` has come to a number.
struct Awaited {
  enum class What : std::uint32_t { nothing, task, count };
  What what = What::nothing;
  std::uint32_t value = 0;
};
constexpr std::uint64_t pack(Awaited awaited) noexcept {
  return (std::uint64_t{static_cast<std::uint32_t>(awaited.what)} << 32U) | awaited.value;
}
constexpr Awaited unpack_awaited(std::uint64_t word) noexcept {
  return {static_cast<Awaited::What>(static_cast<std::uint32_t>(word >> 32U)),
          static_cast<std::uint32_t>(word)};
}

/// Where the client sleeps.
struct alignas(kLine) Desk {
  std::atomic<std::uint32_t> done;     ///< Futex: bumped when a task has ended, and after recoveries.
  std::atomic<std::uint64_t> awaited;  ///< An Awaited. Written by the client.
};

/// How a pool of processes is.
enum Life : std::uint32_t { kStarting, kReady, kFailed };

/// What is rare. `life` and the text are written by the supervisor, `stop` by the client.
struct alignas(kLine) Office {
  std::atomic<std::uint32_t> life;  ///< Futex: a Life.
  std::atomic<std::uint32_t> stop;  ///< 1: workers leave when they are idle.
  std::atomic<Errc> errc;           ///< Why the pool failed.
  SharedText<432> message;
  SharedText<432> hint;
};

/// How an execution ended.
enum class Outcome : std::uint32_t { returned, threw };

/// A task. All but the word belongs to the client while the word is terminal, and to the holder of the lease.
struct alignas(kLine) TaskSlot {
  std::atomic<std::uint64_t> word;  ///< A queue::Lease.
  detail::Invoke invoke;
  std::uint32_t count;  ///< Of calls.
  Outcome outcome;
  alignas(kLine) std::array<std::byte, detail::kTaskBytes> in;
  alignas(kLine) std::array<std::byte, detail::kTaskBytes> out;
};
static_assert(sizeof(TaskSlot) / kLine % 2 == 1,
              "an odd number of lines spreads the slots over a cache's sets");

/// The parts of an executor's memory. A view.
class ExecutorMemory {
 public:
  ExecutorMemory(std::byte* base, std::uint32_t workers) noexcept : base_(base), workers_(workers) {}

  static constexpr std::uint64_t bytes(std::uint32_t workers) noexcept {
    return slots_offset(workers) + kTasks * sizeof(TaskSlot);
  }

  pool::PoolMemory pool() const noexcept { return {base_, workers_, 0}; }
  Board& board() const noexcept { return at<Board>(board_offset(workers_)); }
  Desk& desk() const noexcept { return at<Desk>(desk_offset(workers_)); }
  Office& office() const noexcept { return at<Office>(office_offset(workers_)); }
  TaskSlot& slot(std::uint32_t i) const noexcept {
    return at<TaskSlot>(slots_offset(workers_) + i * sizeof(TaskSlot));
  }

 private:
  template <class T>
  T& at(std::uint64_t offset) const noexcept {
    return *reinterpret_cast<T*>(base_ + offset);
  }

  static constexpr std::uint64_t board_offset(std::uint32_t workers) noexcept {
    return pool::PoolMemory::bytes(workers, 0);
  }
  static constexpr std::uint64_t desk_offset(std::uint32_t workers) noexcept {
    return board_offset(workers) + sizeof(Board);
  }
  static constexpr std::uint64_t office_offset(std::uint32_t workers) noexcept {
    return desk_offset(workers) + sizeof(Desk);
  }
  static constexpr std::uint64_t slots_offset(std::uint32_t workers) noexcept {
    return office_offset(workers) + sizeof(Office);
  }

  std::byte* base_;
  std::uint32_t workers_;
};

}  // namespace shmkit::executor
