#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include <shmkit/run.hpp>

#include "job/plan.hpp"
#include "queue/chunk_queue.hpp"

// What a pool's shared memory looks like. Client and workers are the same program, so nothing here is a
// format for others.
//
//   ControlHeader | WorkerSlot x kMaxWorkers | lease words x kMaxChunks | partial results (kPartialBudget)
//
// Pages that no job needs are never touched.
namespace shmkit::pool {

/// The array of a job, as a worker finds it: by name, checked against device and inode, so that a name that
/// was given to another array meanwhile is never read; or through a descriptor inherited from the client.
struct ArrayRef {
  static constexpr std::size_t kMaxPath = 4096;

  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::int32_t descriptor = -1;  ///< Of a draft, which has no name yet; -1: attach by name.
  std::uint32_t length = 0;      ///< Of the name.
  std::array<char, kMaxPath> name{};
};

/// A job as it travels to the workers.
struct JobDescription {
  std::uint32_t kernel = 0;  ///< Row of the kernel table.
  std::uint32_t exact = 0;   ///< 1: that row's exact kernel.
  Kind kind = Kind::float64;
  kernel::Params params;
  std::uint64_t size = 0;
  std::uint64_t chunks = 0;
  ArrayRef array;
};

/// The description in shared memory, published as a whole under an epoch (docs/chunk_queue.md, "Ordered
/// pairs").
class JobBoard {
 public:
  void withdraw() noexcept { epoch_.store(0, std::memory_order_release); }
  void write(const JobDescription& job) noexcept;
  void publish(std::uint32_t epoch) noexcept { epoch_.store(epoch, std::memory_order_release); }

  /// The current epoch; 0: no job. If there is one, `job` is its description.
  std::uint32_t read(JobDescription& job) const noexcept;
  std::uint32_t epoch() const noexcept { return epoch_.load(std::memory_order_acquire); }

 private:
  static constexpr std::size_t kWords = (sizeof(JobDescription) + 7) / 8;
  std::atomic<std::uint32_t> epoch_;  ///< Written by the client.
  std::array<std::atomic<std::uint64_t>, kWords> words_;
};

enum class SlotState : std::uint32_t { vacant, ready };

/// One worker's line to its client. Written by the worker, but for `state`, which the client resets before a
/// fork.
struct alignas(queue::kLine) WorkerSlot {
  static constexpr std::size_t kMaxMessage = 440;

  std::atomic<SlotState> state;
  std::atomic<std::uint32_t> failed_epoch;  ///< The job that the worker could not do, for the reason below.
                                            ///< That of an earlier job concerns nobody: it came too late.
  std::uint32_t errc;
  std::array<char, kMaxMessage> message;
  std::array<char, kMaxMessage> hint;
};

struct ControlHeader {
  queue::Hints hints;
  alignas(queue::kLine)
      std::atomic<std::uint32_t> doorbell;  ///< Futex. Bumped by the client when there may be work.
  alignas(queue::kLine) JobBoard board;
};

inline constexpr std::size_t kSlotsOffset = (sizeof(ControlHeader) + 63) / 64 * 64;
inline constexpr std::size_t kWordsOffset = kSlotsOffset + WorkerPool::kMaxWorkers * sizeof(WorkerSlot);
inline constexpr std::size_t kPartialsOffset = kWordsOffset + job::kMaxChunks * sizeof(queue::Word);
inline constexpr std::size_t kControlBytes = kPartialsOffset + job::kPartialBudget;

static_assert(kWordsOffset % queue::kLine == 0, "a ticket covers one cache line of words");
static_assert(WorkerPool::kMaxWorkers <= queue::kMaxSlots, "a lease word has 12 bits for the slot");

/// The parts of a pool's shared memory.
class Control {
 public:
  explicit Control(std::byte* base) noexcept : base_(base) {}

  ControlHeader& header() const noexcept { return *reinterpret_cast<ControlHeader*>(base_); }
  WorkerSlot& slot(std::uint32_t i) const noexcept {
    return reinterpret_cast<WorkerSlot*>(base_ + kSlotsOffset)[i];
  }
  queue::ChunkQueue queue(std::uint64_t chunks) const noexcept {
    return {header().hints, {reinterpret_cast<queue::Word*>(base_ + kWordsOffset), chunks}};
  }
  std::byte* partials() const noexcept { return base_ + kPartialsOffset; }

 private:
  std::byte* base_;
};

}  // namespace shmkit::pool
