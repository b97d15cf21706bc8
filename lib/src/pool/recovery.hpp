#pragma once

#include <functional>
#include <optional>

#include "pool/crew.hpp"
#include "pool/layout.hpp"

namespace shmkit::pool {

/// A job as the parent of the workers sees it: slot word and description belong together.
struct SeenJob {
  SlotWord word;
  JobDescription description;
};

/// The job of a client, if there is one whose leases may be out (running or draining).
std::optional<SeenJob> leased_job(const ClientSlot& client) noexcept;

/// What the parent of the workers needs to look after jobs.
class JobKeeper {
 public:
  virtual ~JobKeeper() = default;
  /// Throws Error: cannot be had, or is too small for what the description says.
  virtual JobMemory memory_of(std::uint32_t client, const JobDescription& job) = 0;
  virtual void wake_client(ClientSlot& client) noexcept = 0;
};

/// Takes back what a dead worker held, in every job of the pool, and lets others have it.
/// Requires: it is reaped, and its slot is not used again before this has returned.
/// A job whose memory cannot be had gets a Failure instead. Safe to repeat after a death in the middle.
/// Returns how many chunks it held.
std::uint64_t recover_worker(PoolMemory pool, const Death& death, JobKeeper& keeper);

}  // namespace shmkit::pool
