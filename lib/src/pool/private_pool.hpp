#pragma once

#include <chrono>
#include <optional>

#include <shmkit/run.hpp>

#include "os/shared_memory.hpp"
#include "pool/crew.hpp"
#include "pool/overtime.hpp"
#include "pool/recovery.hpp"
#include "pool/submission.hpp"
#include "pool/vain_deaths.hpp"
#include "pool/worker.hpp"

namespace shmkit::pool {

/// A pool whose client is the parent of its workers. Pool memory and job memory are one piece without a name.
class PrivatePool final : private WorkerHome, private JobKeeper {
 public:
  /// Returns when all workers are ready. Throws Error.
  explicit PrivatePool(std::uint32_t workers);

  const Crew& crew() const noexcept { return crew_; }

  /// Runs a plan once. Counts into the report. Throws Error; then all workers have been killed, and the next
  /// job starts with new ones.
  Value run(const job::Plan& plan, const NamedRefs& arrays, const RunOptions& options, RunReport& report);

 private:
  Memory job_memory(std::uint32_t client, const JobDescription& job) override;
  void forget_job_memory(std::uint32_t /*client*/) noexcept override {}
  void wake_client(ClientSlot& /*client*/) noexcept override { crew_.event().signal(); }
  void wake_parent() noexcept override { crew_.event().signal(); }
  JobMemory memory_of(std::uint32_t client, const JobDescription& job) override;

  void wait_until_ready();
  std::byte* run_chunks(const job::Plan& plan, const NamedRefs& arrays, const RunOptions& options,
                        RunReport& report);
  void bury_the_dead();
  void watch(const RunOptions& options, RunReport& report);
  std::vector<Death> sleep(const RunOptions& options);
  void replace(const std::vector<Death>& deaths);

  static constexpr std::uint32_t kClient = 0;

  os::SharedMemory memory_;
  PoolMemory pool_;
  Crew crew_;
  Submission submission_;
  Overtime overtime_;
  VainDeaths vain_deaths_;
  std::chrono::steady_clock::time_point last_look_{};
  std::optional<std::chrono::steady_clock::time_point> deadline_;
};

}  // namespace shmkit::pool
