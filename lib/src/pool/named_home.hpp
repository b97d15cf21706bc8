#pragma once

#include <string>

#include "os/futex.hpp"
#include "pool/bells.hpp"
#include "pool/job_segment.hpp"
#include "pool/worker.hpp"

namespace shmkit::pool {

/// A worker's surroundings in a named pool.
class NamedHome final : public WorkerHome {
 public:
  NamedHome(const std::string& name, PoolMemory pool) : pool_(pool), segments_(name, pool.clients()) {}

  Memory job_memory(std::uint32_t client, const JobDescription& job) override {
    const os::Mapping& mapping = segments_.of(client, job);
    return {JobMemory(mapping.data()), mapping.size()};
  }
  void forget_job_memory(std::uint32_t client) noexcept override { segments_.forget(client); }
  void wake_client(ClientSlot& client) noexcept override { os::futex_wake(client.done, 1); }
  void wake_parent() noexcept override { ring_supervisor(pool_); }

 private:
  PoolMemory pool_;
  JobSegments segments_;
};

}  // namespace shmkit::pool
