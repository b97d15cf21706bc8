#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <shmkit/message_queue.hpp>

#include "messages/lane.hpp"
#include "messages/layout.hpp"

namespace shmkit::messages {

/// What one seat does with a queue: the protocol of docs/message_queue.md, without system calls, sleep and
/// proof of death.
///
/// A view, with a little memory of its own that may be lost. One thread at a time may use it; any number of
/// others, of any process, may use the same queue from other seats, and be stopped or killed at any
/// instruction. Everything throws Error (not_an_array) where the queue is damaged.
class Exchange {
 public:
  /// Requires: `seat` is this thread's, and within bounds.
  Exchange(const QueueMemory& memory, std::uint32_t seat);

  /// ok, full or closed. Requires: the message is not too long, and there is such a lane.
  QueueStatus try_put(std::span<const std::byte> message, std::uint32_t lane);
  /// Whether try_put would find room, or the lane is closed. A snapshot.
  bool has_room(std::uint32_t lane);

  struct Taken {
    std::uint32_t box = 0;
    std::uint32_t lane = 0;
  };
  /// ok, empty, or closed: nothing waits, and nothing will be put.
  QueueStatus try_take(Taken& taken);
  /// Whether anything waits, but for what came back. A snapshot.
  bool anything_waits();
  /// What this seat has taken.
  MessageQueue::Message message(const Taken& taken) const;
  void acknowledge(std::uint32_t box);

  /// From its return on no try_put is ok.
  void close();
  /// Whether a closed and drained queue is one for good: nothing came back, or is in the hands of others.
  bool is_exhausted() const;
  /// False: at one instant during the call, every message that was put had been acknowledged.
  bool is_unfinished();
  /// How many wait. A snapshot.
  std::uint64_t size();

  /// Gives back what a seat has: its messages return, its unfinished ones are gone. May be called again.
  /// Requires: the seat's process is dead, or it is this seat; nobody else recovers it meanwhile.
  void recover(std::uint32_t seat);

 private:
  std::optional<std::uint32_t> claim_box();
  void write(std::uint32_t box, std::span<const std::byte> message) noexcept;
  QueueStatus append(std::uint32_t box, std::uint32_t lane, Lane::Spot spot);
  void give_up(std::uint32_t box);

  bool is_full_at(std::uint32_t lane, Place place);
  bool front_waits(std::uint32_t lane);
  QueueStatus take_from(std::uint32_t lane, Taken& taken);
  QueueStatus take_first(std::uint32_t lowest, Taken& taken);
  QueueStatus take_with_returned(Taken& taken);
  struct Returned {
    std::uint64_t word;
    Taken what;
  };
  std::optional<Returned> first_returned() const;
  bool take_returned(const Returned& first);
  void close_lane(std::uint32_t lane);

  bool is_queued(const BoxWord& word, std::uint32_t box) const;
  void recover_box(std::uint32_t box, std::uint32_t seat);
  /// Unpacked, within bounds. Acquire.
  BoxWord look(std::uint32_t box) const;

  QueueMemory memory_;
  std::vector<Lane> lanes_;
  std::uint32_t seat_;
  std::uint64_t next_box_;
};

}  // namespace shmkit::messages
