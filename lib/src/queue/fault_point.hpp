#pragma once

#include <cstdint>

namespace shmkit::queue {

/// The steps of the protocol after which a test may kill the process (docs/chunk_queue.md, crash table).
enum class FaultPoint : std::uint8_t {
  worker_started,
  ticket_taken,
  hint_taken,
  leased,
  half_executed,
  executed,
  committed,
  before_signal,
  signalled,
};

inline constexpr int kFaultPoints = 9;

/// Set by tests only; called at every fault point. Costs one predictable load otherwise.
using FaultHook = void (*)(FaultPoint);
inline FaultHook fault_hook = nullptr;

inline void fault_point(FaultPoint point) noexcept {
#ifdef SHMKIT_FAULT_POINTS
  if (fault_hook != nullptr) fault_hook(point);
#else
  static_cast<void>(point);
#endif
}

}  // namespace shmkit::queue
