#pragma once

#include <array>
#include <memory>
#include <optional>

#include "job/chunk_runner.hpp"
#include "pool/layout.hpp"
#include "pool/mapping_cache.hpp"
#include "pool/worker.hpp"

namespace shmkit::pool {

/// A client's job as one worker sees it: read once, then executed chunk by chunk.
class ServedJob {
 public:
  /// Looks at the client slot. True if it has a running job that this worker can do; then what follows may be
  /// called. An array or memory that cannot be had is reported to the client, once per job.
  bool look(PoolMemory pool, std::uint32_t client, std::uint32_t worker, WorkerHome& home,
            MappingCache& arrays);

  /// Brings in what a next job of this client will touch, if it is like the last one: one cache miss in place
  /// of six. Addresses that are no longer mapped do no harm.
  void prefetch(ClientSlot& slot) const noexcept;

  std::optional<std::uint64_t> try_claim(queue::Owner me) noexcept {
    if (trace_) asked_ = job::timeline_now();
    return queue_.try_claim(me, epoch_, cursor_);
  }
  void execute(std::uint64_t chunk, queue::Owner me) noexcept;
  /// Everything is terminal, and this worker had a part in it since it was asked last.
  bool finished() noexcept;

 private:
  void begin(PoolMemory pool, std::uint32_t client, WorkerHome& home, MappingCache& arrays);
  std::optional<JobMemory> read_plan(ClientSlot& slot, std::uint32_t client, WorkerHome& home,
                                     ArrayRefs& refs);
  void attach(const JobMemory& memory, const ArrayRefs& refs, MappingCache& arrays);
  void end() noexcept;
  void trace(const JobMemory& memory, const WorkerSlot& slot) noexcept;
  bool run(std::uint64_t chunk) noexcept { return runner_.run(chunk, partials_ + chunk * plan_.stride); }
  bool run_traced(std::uint64_t chunk) noexcept;

  std::uint64_t seen_ = 0;  // Slot word that the rest belongs to.
  bool able_ = false;
  std::uint32_t worker_ = 0;
  std::uint32_t epoch_ = 0;
  job::Plan plan_;
  std::array<std::shared_ptr<AnyArray>, 3> arrays_;  // The output last.
  job::ChunkRunner runner_;
  Complaints* complaints_ = nullptr;
  std::byte* partials_ = nullptr;
  queue::ChunkQueue queue_;
  queue::Cursor cursor_;
  bool worked_ = false;
  // Of a job that is traced.
  JobTrace trace_;
  JobTrace::Who who_;
  std::int64_t started_ = 0;
  job::WorkerTrack::Span attach_;
  std::int64_t asked_ = 0;
  bool arrived_ = false;  // What is above is noted.
};

}  // namespace shmkit::pool
