#pragma once

#include <chrono>
#include <vector>

#include "pool/crew.hpp"
#include "pool/recovery.hpp"
#include "queue/lease_word.hpp"

namespace shmkit::pool {

/// Finds workers that are stuck: for longer than the chunk time-out of their job, or for more than a second
/// in a job that has been given up. Looks from outside, since the stuck cannot say so.
class Overtime {
 public:
  using Clock = std::chrono::steady_clock;

  explicit Overtime(PoolMemory pool)
      : pool_(pool), seen_(pool.workers()), found_(pool.workers()), searched_(pool.clients()) {}

  /// Kills them. Precise to the time between two calls; one that was stopped between its claim and its word
  /// about it is found later, after half of the limit and 50 ms more.
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

  // A lease, and since when we know of it.
  struct Found {
    queue::Lease lease;
    std::uint32_t client = 0;
    std::uint64_t chunk = 0;
    Clock::time_point since;
  };

  std::optional<std::chrono::milliseconds> limit(const ClientSlot& client) const noexcept;
  bool is_stuck(std::uint32_t worker, queue::Owner owner, JobKeeper& keeper, Clock::time_point now);
  void end_the_silent(std::uint32_t client, Crew& crew, JobKeeper& keeper, Clock::time_point now);
  bool is_old(const Found& current, std::chrono::milliseconds most);
  bool unchanged(Seen& seen, const Seen& now) const noexcept;

  PoolMemory pool_;
  std::vector<Seen> seen_;                   // By worker.
  std::vector<Found> found_;                 // By worker.
  std::vector<Clock::time_point> searched_;  // By client.
};

}  // namespace shmkit::pool
