#pragma once

#include <cstdint>

namespace shmkit::queue {

// The whole truth about a chunk in one word, so that one CAS moves it and a crash cannot leave it in between:
//
//   [63:61] state | [60:56] attempt | [55:44] slot | [43:32] incarnation | [31:0] epoch
//
// The owner is a slot of the pool and its incarnation, never a pid: pids are reused. See docs/chunk_queue.md.
enum class State : std::uint8_t { none = 0, free = 1, leased = 2, committed = 3, poison = 4, closed = 5 };

/// A worker: a slot of the pool, and which of the processes that sat there.
struct Owner {
  std::uint32_t slot = 0;
  std::uint32_t incarnation =
      0;  ///< Modulo 2^12. Reuse of a slot waits for recovery, so wrapping is harmless.

  bool operator==(const Owner&) const noexcept = default;
};

struct Lease {
  State state = State::none;
  std::uint32_t attempt = 0;  ///< Deaths so far.
  Owner owner;
  std::uint32_t epoch = 0;
};

inline constexpr std::uint32_t kMaxAttempt = 31;
inline constexpr std::uint32_t kMaxSlots = 1U << 12U;
inline constexpr std::uint32_t kIncarnationMask = (1U << 12U) - 1;

constexpr std::uint64_t pack(const Lease& lease) noexcept {
  return (std::uint64_t{static_cast<std::uint8_t>(lease.state)} << 61U) |
         (std::uint64_t{lease.attempt & kMaxAttempt} << 56U) |
         (std::uint64_t{lease.owner.slot & (kMaxSlots - 1)} << 44U) |
         (std::uint64_t{lease.owner.incarnation & kIncarnationMask} << 32U) | lease.epoch;
}

constexpr Lease unpack(std::uint64_t word) noexcept {
  return {static_cast<State>(word >> 61U),
          static_cast<std::uint32_t>(word >> 56U) & kMaxAttempt,
          {static_cast<std::uint32_t>(word >> 44U) & (kMaxSlots - 1),
           static_cast<std::uint32_t>(word >> 32U) & kIncarnationMask},
          static_cast<std::uint32_t>(word)};
}

/// How a worker ended that died holding a lease; or that it lives, and could not do the chunk. In a POISON
/// word it stands in the place of the owner, whom nobody needs any more, so that the reason is as safe from
/// crashes as the word.
enum class Ending : std::uint8_t { exit_code = 0, signal = 1, timed_out = 2, complained = 3 };

struct Cause {
  Ending ending = Ending::exit_code;
  std::uint8_t value = 0;  ///< Exit code, signal number, or place of a complaint.

  bool operator==(const Cause&) const noexcept = default;
};

constexpr Owner as_owner(Cause cause) noexcept {
  return {(std::uint32_t{static_cast<std::uint8_t>(cause.ending)} << 8U) | cause.value, 0};
}

constexpr Cause cause_of(const Lease& poison) noexcept {
  return {static_cast<Ending>((poison.owner.slot >> 8U) & 3U), static_cast<std::uint8_t>(poison.owner.slot)};
}

constexpr bool terminal(State state) noexcept {
  return state == State::committed || state == State::poison || state == State::closed;
}

}  // namespace shmkit::queue
