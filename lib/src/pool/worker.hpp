#pragma once

#include "pool/layout.hpp"

namespace shmkit::pool {

/// How a worker reaches the others of its pool: private pools and named ones differ in nothing else.
class WorkerHome {
 public:
  virtual ~WorkerHome() = default;

  struct Memory {
    JobMemory view;
    std::uint64_t bytes = 0;
  };
  /// Where the current job of a client has its words and results. Throws Error.
  virtual Memory job_memory(std::uint32_t client, const JobDescription& job) = 0;
  /// The client of this slot, or of none: lets go of what an earlier job needed.
  virtual void forget_job_memory(std::uint32_t client) noexcept = 0;
  virtual void wake_client(ClientSlot& client) noexcept = 0;
  virtual void wake_parent() noexcept = 0;
};

/// The life of a worker process: waits at the door, claims, executes and commits until it is killed.
[[noreturn]] void worker_main(PoolMemory pool, queue::Owner me, WorkerHome& home);

}  // namespace shmkit::pool
