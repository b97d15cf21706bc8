#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace shmkit::messages {

/// The steps of the protocol after which a test may kill the process (docs/message_queue.md, crash table).
enum class FaultPoint : std::uint8_t {
  // Of a producer.
  box_claimed,
  message_written,
  place_chosen,
  message_queued,
  tail_told,
  put_refused,
  room_awaited,
  // Of a consumer.
  message_taken,
  head_told,
  message_done,
  message_awaited,
  // Of whoever takes or leaves a seat.
  seat_locked,
  seat_taken,
  seat_vacated,
  // Of whoever recovers a seat, his own too.
  dead_locked,
  box_freed,
  box_returned,
  returns_told,
  // Of whoever closes.
  close_flagged,
  lane_closed,
  lanes_closed,
  // Of a joiner, and of a creator.
  box_looked_at,
  end_awaited,
  queue_made,
};

inline constexpr std::array<std::string_view, 24> kFaultPointNames = {
    "box_claimed",   "message_written", "place_chosen", "message_queued", "tail_told",       "put_refused",
    "room_awaited",  "message_taken",   "head_told",    "message_done",   "message_awaited", "seat_locked",
    "seat_taken",    "seat_vacated",    "dead_locked",  "box_freed",      "box_returned",    "returns_told",
    "close_flagged", "lane_closed",     "lanes_closed", "box_looked_at",  "end_awaited",     "queue_made"};
inline constexpr int kFaultPoints = static_cast<int>(kFaultPointNames.size());
static_assert(static_cast<int>(FaultPoint::queue_made) + 1 == kFaultPoints);

/// Set by tests only; called at every fault point. Costs one predictable load otherwise, and nothing in a
/// build for users. It may throw: a thread that dies, as far as the protocol can tell.
using FaultHook = void (*)(FaultPoint);
inline FaultHook fault_hook = nullptr;

inline void fault_point(FaultPoint point) {
#ifdef SHMKIT_FAULT_POINTS
  if (fault_hook != nullptr) fault_hook(point);
#else
  static_cast<void>(point);
#endif
}

}  // namespace shmkit::messages
