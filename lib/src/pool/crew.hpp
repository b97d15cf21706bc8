#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <vector>

#include "os/event.hpp"
#include "os/process.hpp"
#include "pool/layout.hpp"

namespace shmkit::pool {

/// A worker that has ended, and how.
struct Death {
  queue::Owner owner;
  queue::Cause cause;
};

/// "killed by signal 9 (Killed)", "took too long for one chunk"
std::string text(queue::Cause cause);

/// The worker processes of a pool: forked by this process, watched, replaced. Kills and reaps them when it
/// goes.
class Crew {
 public:
  /// `body`: what a worker does; it does not return. Runs in the forked process.
  Crew(PoolMemory pool, std::function<void(queue::Owner)> body);
  ~Crew();
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  std::uint32_t size() const noexcept { return static_cast<std::uint32_t>(children_.size()); }
  std::uint32_t living() const noexcept;
  std::vector<int> pids() const;
  queue::Owner owner(std::uint32_t slot) const noexcept { return {slot, incarnations_[slot]}; }

  /// Starts a worker in every vacant slot. Requires: what the dead held was recovered.
  /// Throws Error only if not a single worker lives afterwards.
  void fill_vacancies();
  bool all_ready() const noexcept;

  /// Sleeps until a worker signals or ends, or the time-out. Returns the dead, reaped: their slots are
  /// vacant.
  std::vector<Death> wait(std::chrono::milliseconds timeout);

  /// What workers wake this process with.
  const os::Event& event() const noexcept { return event_; }

  /// Ends one that is stuck. Its death is found by wait(), as any other.
  void kill_stuck(std::uint32_t slot) noexcept;
  /// Ends everybody, now. Returns the dead, as wait().
  std::vector<Death> kill_all();

 private:
  void start(std::uint32_t slot);
  Death bury(std::uint32_t slot) noexcept;

  PoolMemory pool_;
  std::function<void(queue::Owner)> body_;
  os::Event event_;
  std::vector<os::Child> children_;
  std::vector<std::uint32_t> incarnations_;  // Of the worker that sits, or last sat, in each slot.
  std::vector<bool> stuck_;
};

}  // namespace shmkit::pool
