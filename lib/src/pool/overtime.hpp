#pragma once

#include <chrono>
#include <vector>

#include "pool/crew.hpp"
#include "pool/recovery.hpp"

namespace shmkit::pool {

/// Finds workers that are stuck: for longer than the chunk time-out of their job, or for more than a second
/// in a job that has been given up. Looks from outside, since the stuck cannot say so.
class Overtime {
 public:
  using Clock = std::chrono::steady_clock;

  explicit Overtime(PoolMemory pool) : pool_(pool), seen_(pool.workers()) {}

  /// Kills them. Precise to the time between two calls.
  void end_the_stuck(Crew& crew, JobKeeper& keeper, Clock::time_point now);

  /// How soon it must be called again; empty: not before something else happens.
  std::optional<std::chrono::milliseconds> period() const noexcept;

 private:
  // What a worker was doing, and since when.
  struct Seen {
    std::uint64_t holding = 0;
    std::uint64_t executed = 0;
    SlotWord job;
    Clock::time_point since;
  };

  std::optional<std::chrono::milliseconds> limit(const ClientSlot& client) const noexcept;
  bool is_stuck(std::uint32_t worker, queue::Owner owner, JobKeeper& keeper, Clock::time_point now);
  bool unchanged(Seen& seen, const Seen& now) const noexcept;

  PoolMemory pool_;
  std::vector<Seen> seen_;
};

}  // namespace shmkit::pool
