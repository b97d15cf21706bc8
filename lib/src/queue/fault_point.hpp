#pragma once

#include <cstdint>

namespace shmkit::queue {

/// The steps of the protocol after which a test may kill the process (docs/chunk_queue.md, crash table).
enum class FaultPoint : std::uint8_t {
  // Of a worker.
  worker_started,
  ticket_taken,
  hint_taken,
  leased,
  executed,
  committed,
  before_signal,
  signalled,
  // Of the client.
  word_filled,
  word_freed,
  hint_set,
};

inline constexpr int kFaultPoints = 11;

/// Set by tests only; called at every fault point, with the chunk where there is one. Costs one predictable
/// load otherwise.
using FaultHook = void (*)(FaultPoint, std::uint64_t chunk);
inline FaultHook fault_hook = nullptr;

inline void fault_point(FaultPoint point, std::uint64_t chunk = 0) noexcept {
#ifdef SHMKIT_FAULT_POINTS
  if (fault_hook != nullptr) fault_hook(point, chunk);
#else
  static_cast<void>(point);
  static_cast<void>(chunk);
#endif
}

}  // namespace shmkit::queue
