#pragma once

#include <chrono>
#include <string>

#include "os/unnamed_file.hpp"
#include "pool/crew.hpp"
#include "pool/job_segment.hpp"
#include "pool/overtime.hpp"
#include "pool/recovery.hpp"
#include "pool/vain_deaths.hpp"

namespace shmkit::pool {

/// The process that a named pool stands on: parent of the workers, and heir of clients that die.
class Supervisor final : private JobKeeper {
 public:
  /// Makes the pool's file, without a name. `starter`: what this process reports to; no worker keeps it open.
  /// Throws Error.
  Supervisor(std::string name, std::uint32_t workers, os::Fd& starter);

  /// Starts the workers; when they are ready, gives the pool its name. Throws Error (exists, pool_lost).
  void open();
  /// Looks after workers and clients until the pool is to end, and takes it away.
  void live();
  void close();

 private:
  using Clock = std::chrono::steady_clock;

  JobMemory memory_of(std::uint32_t client, const JobDescription& job) override;
  void wake_client(ClientSlot& client) noexcept override;

  void be_worker(queue::Owner me);
  void wait_until_ready();
  void sleep(std::uint32_t heard, std::chrono::milliseconds most) noexcept;
  std::chrono::milliseconds period() const noexcept;

  void replace_the_dead();
  void fill_vacancies();
  void show(PoolState state) noexcept;

  void look_after_clients();
  void bury_client(std::uint32_t client);
  bool drained(std::uint32_t client, SlotWord word);
  void vacate(std::uint32_t client);

  void hear_wishes();
  bool over() noexcept;
  bool anybody_runs() const noexcept;

  std::string name_;
  os::Fd& starter_;
  os::UnnamedFile file_;  // Carries our lock; workers let go of it.
  os::Mapping mapping_;
  PoolMemory pool_;
  JobSegments segments_;
  Overtime overtime_;
  Crew crew_;
  VainDeaths vain_deaths_;
  std::vector<Death> unrecovered_;
  unsigned quiet_looks_ = 0;
  Clock::time_point next_start_{};
};

/// Runs a supervisor in a process of its own. Returns its pid when the pool is ready. Throws Error.
int start_supervisor(const std::string& name, std::uint32_t workers);

}  // namespace shmkit::pool
