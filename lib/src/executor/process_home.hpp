#pragma once

#include "executor/home.hpp"
#include "executor/task_table.hpp"
#include "os/lifeline.hpp"
#include "os/loaded_code.hpp"
#include "os/process.hpp"
#include "os/shared_memory.hpp"
#include "pool/crew.hpp"
#include "pool/vain_deaths.hpp"

namespace shmkit::executor {

/// Workers that are processes, and the supervisor that is their parent.
///
/// The supervisor is a forked copy of this object, with its own crew and counters; the two share the memory,
/// the crew's event and the lifeline.
class ProcessHome final : public Home {
 public:
  /// Returns when all workers are ready. Throws Error.
  ProcessHome(unsigned workers, unsigned retries);
  ~ProcessHome() override { stop(); }
  ProcessHome(const ProcessHome&) = delete;
  ProcessHome& operator=(const ProcessHome&) = delete;

  ExecutorMemory memory() const noexcept override { return memory_; }
  unsigned workers() const noexcept override { return workers_; }
  bool has_code(const void* code) const noexcept override { return code_.has(code); }
  bool lost() const noexcept override { return lifeline_.all_gone(std::chrono::milliseconds(0)); }
  Error why_lost() const override;
  void stop() noexcept override;

 private:
  void wait_until_ready();

  // In the supervisor.
  void supervise();
  void watch_crew();
  void replace(const std::vector<pool::Death>& deaths);
  void let_all_leave();
  void set_life(Life life) noexcept;

  unsigned workers_;
  unsigned retries_;
  int process_;
  os::SharedMemory bytes_;
  ExecutorMemory memory_;
  os::LoadedCode code_;
  os::Lifeline lifeline_;
  pool::Crew crew_;
  pool::VainDeaths vain_deaths_;
  os::Child supervisor_;
};

}  // namespace shmkit::executor
