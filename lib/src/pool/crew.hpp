#pragma once

#include <cstdint>
#include <vector>

#include "os/event.hpp"
#include "os/process.hpp"
#include "pool/layout.hpp"

namespace shmkit::pool {

/// A worker that has ended, and how.
struct Death {
  queue::Owner owner;
  os::ExitStatus status;
};

/// The worker processes of a pool: forked by this process, watched, replaced. Kills and reaps them when it
/// goes.
class Crew {
 public:
  Crew(Control control, std::uint32_t size);
  ~Crew();
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  std::uint32_t size() const noexcept { return static_cast<std::uint32_t>(children_.size()); }
  std::vector<int> pids() const;

  /// Starts a worker in every vacant slot. Throws Error only if not a single worker lives afterwards.
  void fill_vacancies();
  bool all_ready() const noexcept;

  /// Sleeps until a worker signals or ends, or the time-out. Returns the dead, reaped: their slots are
  /// vacant.
  std::vector<Death> wait(std::chrono::milliseconds timeout);

  /// Ends everybody, now.
  void kill_all() noexcept;

 private:
  void start(std::uint32_t slot);
  Death bury(std::uint32_t slot) noexcept;

  Control control_;
  os::Event event_;
  std::vector<os::Child> children_;
  std::vector<std::uint32_t> incarnations_;  // Of the worker that sits, or last sat, in each slot.
};

}  // namespace shmkit::pool
