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

/// Whether job memory that could not be had will never be had: it is gone or damaged, and not just that
/// memory or descriptors are short.
bool is_for_good(const Error& e) noexcept;

struct Recovered {
  std::uint64_t chunks = 0;  ///< How many it held.
  bool complete = true;      ///< False: some memory cannot be had at the moment; to be done again.
};

/// Takes back what a dead worker held, in every job of the pool, and lets others have it. Safe to repeat.
/// Requires: it is reaped, and its slot is not used again before this is complete.
/// A job whose memory is gone or damaged gets a Failure: nobody can hold anything in it.
Recovered recover_worker(PoolMemory pool, const Death& death, JobKeeper& keeper);

}  // namespace shmkit::pool
