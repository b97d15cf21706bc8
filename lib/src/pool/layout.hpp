#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include <shmkit/run.hpp>

#include "pool/job_description.hpp"
#include "pool/job_memory.hpp"
#include "pool/shared_text.hpp"
#include "queue/lease_word.hpp"

// What a pool's shared memory looks like. All who use it are of the same build (header.hpp checks that for
// named pools), so it is no format for others. All zero is a valid beginning.
//
//   PoolHeader | WorkerSlot x workers | ClientSlot x clients
namespace shmkit::pool {

inline constexpr std::uint32_t kMaxClients = 256;

enum class PoolState : std::uint32_t { starting, ready, degraded, stopping };
enum class StopRequest : std::uint32_t { none, drain, now };

/// Who made it, with what, how large. Written before anybody else sees it, never changed.
struct PoolIdentity {
  std::uint64_t magic;
  std::uint64_t build;  ///< Of layout and kernel table; see header.hpp.
  std::uint32_t workers;
  std::uint32_t clients;
  std::uint32_t supervisor;  ///< Its pid, for people: liveness is the lock.
  std::uint32_t reserved;
  std::int64_t started;  ///< Seconds since the epoch of Unix.
};

struct PoolHeader {
  PoolIdentity identity;

  /// What idle workers look at. The bell is a futex; clients bump it when there may be work.
  struct alignas(queue::kLine) Doorbell {
    std::atomic<std::uint32_t> bell;
    std::atomic<std::uint32_t> sleepers;                              ///< Hint: never less than there are.
    std::array<std::atomic<std::uint64_t>, kMaxClients / 64> active;  ///< Hint: clients that have had a job.
  } door;

  /// What concerns the supervisor. The bell is a futex.
  struct alignas(queue::kLine) Office {
    std::atomic<std::uint32_t> bell;
    std::atomic<StopRequest> stop;
    std::atomic<PoolState> state;
    std::atomic<std::uint64_t> deaths;
    std::atomic<std::uint64_t> jobs_done;
  } office;
};

enum class SlotState : std::uint32_t { vacant, idle, running, draining };

/// The truth about a client slot, in one word.
struct SlotWord {
  std::uint32_t epoch = 0;
  SlotState state = SlotState::vacant;

  bool operator==(const SlotWord&) const noexcept = default;
};
constexpr std::uint64_t pack(SlotWord slot) noexcept {
  return (std::uint64_t{slot.epoch} << 32U) | static_cast<std::uint32_t>(slot.state);
}
constexpr SlotWord unpack_slot(std::uint64_t word) noexcept {
  return {static_cast<std::uint32_t>(word >> 32U), static_cast<SlotState>(static_cast<std::uint32_t>(word))};
}

/// A worker's report that it cannot do a job, in one word: epoch:32 | errc:16 | slot of the worker:16.
/// The message is in the worker's slot.
struct Failure {
  std::uint32_t epoch = 0;
  Errc errc{};
  std::uint32_t worker = 0;
};
constexpr std::uint64_t pack(Failure failure) noexcept {
  return (std::uint64_t{failure.epoch} << 32U) | (static_cast<std::uint64_t>(failure.errc) << 16U) |
         failure.worker;
}
constexpr Failure unpack_failure(std::uint64_t word) noexcept {
  return {static_cast<std::uint32_t>(word >> 32U), static_cast<Errc>((word >> 16U) & 0xFFFFU),
          static_cast<std::uint32_t>(word & 0xFFFFU)};
}

/// A client and its current job.
struct alignas(queue::kLine) ClientSlot {
  std::atomic<std::uint64_t> word;  ///< A SlotWord.
  SharedDescription description;
  /// Written by workers, and by the supervisor.
  alignas(queue::kLine) std::atomic<std::uint32_t> done;  ///< Futex: bumped when the job may be done.
  std::atomic<std::uint32_t> waiting;                     ///< 1: the client may be asleep.
  std::atomic<std::uint64_t> failure;                     ///< A Failure.
  /// Written by the client.
  alignas(queue::kLine) std::atomic<std::uint64_t> serial;  ///< Of the job memory; never goes back.
  std::atomic<std::uint32_t> pid;                           ///< For people.

  SlotWord state(std::memory_order order = std::memory_order_acquire) const noexcept {
    return unpack_slot(word.load(order));
  }
  bool change(SlotWord from, SlotWord to) noexcept {
    std::uint64_t expected = pack(from);
    return word.compare_exchange_strong(expected, pack(to), std::memory_order_seq_cst);
  }
};

enum class WorkerState : std::uint32_t { vacant, idle, busy };

/// What a worker says about itself. Written by it, but for `state`, which its parent resets before a fork.
struct alignas(queue::kLine) WorkerSlot {
  std::atomic<WorkerState> state;
  std::atomic<std::uint32_t> pid;                 ///< For people.
  std::atomic<std::uint32_t> asleep;              ///< Counted in `sleepers`.
  std::atomic<std::uint64_t> holding;             ///< Hint, see Holding.
  std::atomic<std::uint64_t> executed;            ///< Chunks.
  std::atomic<std::uint64_t> progress;            ///< What the kernel in a plug-in last said of its chunk.
  std::atomic<std::int64_t> started;              ///< job::timeline_now() of its first instant; a hint.
  alignas(queue::kLine) SharedText<432> message;  ///< Of its last Failure.
  SharedText<432> hint;
};

/// What a worker says it is executing: 0, or client + 1 and chunk.
struct Holding {
  std::uint32_t client = 0;
  std::uint64_t chunk = 0;
};
constexpr std::uint64_t pack(Holding holding) noexcept {
  return (std::uint64_t{holding.client} + 1) << 32U | holding.chunk;
}
constexpr Holding unpack_holding(std::uint64_t word) noexcept {
  return {static_cast<std::uint32_t>(word >> 32U) - 1, word & 0xFFFFFFFFU};
}

static_assert(WorkerPool::kMaxWorkers <= queue::kMaxSlots, "a lease word has 12 bits for the slot");

/// The parts of a pool's shared memory. A view.
class PoolMemory {
 public:
  /// `base`: bytes(workers, clients) of them.
  PoolMemory(std::byte* base, std::uint32_t workers, std::uint32_t clients) noexcept
      : base_(base), workers_(workers), clients_(clients) {}

  static constexpr std::uint64_t bytes(std::uint32_t workers, std::uint32_t clients) noexcept {
    return clients_offset(workers) + clients * sizeof(ClientSlot);
  }

  std::uint32_t workers() const noexcept { return workers_; }
  std::uint32_t clients() const noexcept { return clients_; }
  PoolHeader& header() const noexcept { return *reinterpret_cast<PoolHeader*>(base_); }
  WorkerSlot& worker(std::uint32_t i) const noexcept {
    return reinterpret_cast<WorkerSlot*>(base_ + sizeof(PoolHeader))[i];
  }
  ClientSlot& client(std::uint32_t i) const noexcept {
    return reinterpret_cast<ClientSlot*>(base_ + clients_offset(workers_))[i];
  }

 private:
  static constexpr std::uint64_t clients_offset(std::uint32_t workers) noexcept {
    return sizeof(PoolHeader) + workers * sizeof(WorkerSlot);
  }

  std::byte* base_;
  std::uint32_t workers_;
  std::uint32_t clients_;
};

}  // namespace shmkit::pool
