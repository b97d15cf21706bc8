#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include <shmkit/map.hpp>

#include "map/delivery.hpp"
#include "map/job.hpp"
#include "os/shared_memory.hpp"
#include "os/stop_signals.hpp"
#include "pool/crew.hpp"
#include "pool/vain_deaths.hpp"

namespace shmkit::map {

/// Has the commands of a job run by worker processes, and keeps the books.
class Session {
 public:
  /// Counts into `report`. `log` may be null. Throws Error.
  Session(const Job& job, std::uint32_t workers, Joblog* log, MapReport& report);
  ~Session();  ///< Kills the workers and what they run, if anything does.
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  void run();

 private:
  using Clock = std::chrono::steady_clock;

  void step();
  void collect();
  void take(std::uint32_t worker, const Result& result);
  void count(const Result& result);
  void fail(const Result& result, std::string reason);
  std::string line_of(const Result& result) const;

  void bury(const std::vector<pool::Death>& deaths);
  bool bury(const pool::Death& death);  // Whether it had started the command of its task.
  void adopt(queue::Owner dead);
  void lose(std::uint64_t task, queue::Cause cause);

  void look_for_reasons_to_stop();
  void hear_wish();
  void start_no_more();
  void stop(int signal);
  void kill_all();

  const Job& job_;
  MapReport& report_;
  os::SharedMemory shared_;
  MapMemory memory_;
  queue::ChunkQueue queue_;
  pool::Crew crew_;
  os::StopSignals signals_;
  pool::VainDeaths vain_deaths_;
  Delivery delivery_;
  std::uint64_t open_;  // Tasks that are neither settled nor closed.
  bool closed_ = false;
  std::optional<Clock::time_point> patience_;  // Set: everything is to stop, until then by itself.
  unsigned wishes_ = 0;                        // That have been seen.
};

}  // namespace shmkit::map
