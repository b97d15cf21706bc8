#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include <shmkit/name.hpp>

namespace shmkit {

/// What becomes of a put or a get. All but ok are part of normal life.
enum class QueueStatus : std::uint8_t {
  ok,
  full,       ///< try_put: no room now.
  empty,      ///< try_get: no message now.
  closed,     ///< put: refused. get: there will never be one again.
  timed_out,  ///< The time-out expired.
};

/// A message that a handle has taken, or the reason why it has none.
template <class T>
struct [[nodiscard]] Received {
  QueueStatus status = QueueStatus::empty;
  T value{};              ///< Only where the status is ok.
  unsigned priority = 0;  ///< With which it was put.
  /// How many holders of this message have died, or left without acknowledging it. One too many where
  /// somebody died in the middle of taking it back.
  unsigned returns = 0;

  explicit operator bool() const noexcept { return status == QueueStatus::ok; }
  const T& operator*() const noexcept { return value; }
  const T* operator->() const noexcept { return &value; }
};

struct MessageQueueOptions {
  std::uint32_t capacity = 1024;      ///< So many messages may wait, of each priority. At most 2^19.
  std::uint32_t message_bytes = 256;  ///< The longest message. At most 64 MiB.
  std::uint32_t priorities = 1;       ///< 0 to priorities - 1, at most 32. The highest is taken first.
  std::uint32_t participants = 64;    ///< Handles at a time. At most 1024.
  /// So many messages may a handle have taken and not acknowledged. At most 1024. Each one that could be held
  /// has its memory.
  std::uint32_t unacknowledged = 16;
  /// A pid: when that process is dead and nobody has a handle, gc() may take the queue. 0: nobody's. Named
  /// queues only.
  int owner = 0;
};

/// A bounded queue of small messages between processes, in the manner of Python's queue.Queue, that survives
/// the death of anybody who uses it, at any instruction.
///
/// Each handle is a participant. What it has taken with get() is its own until task_done(): then it is done.
/// When its process dies before that, or the handle goes, the message is at its old place in the queue again
/// and another one gets it.
///
/// Guarantees
///   * A message is put as a whole or not at all, and is acknowledged once.
///   * First in, first out within a priority; what comes back goes before all that was not taken yet.
///   * `capacity` counts what waits, not what was taken: a slow consumer takes no room from others.
///   * kill -9 of anybody hangs nobody. Everything written before put() is visible to whoever gets the
///     message; everything written before task_done() to whoever returns from join().
/// Not guaranteed: fairness; that a message is taken only once (its holder may die after its work and before
/// task_done()). A process that is stopped keeps what it has.
///
///     auto tasks = MessageQueue::create(Name::parse("tasks"));       // in one process
///     tasks.put(std::as_bytes(std::span("resize 17.png")));
///
///     auto tasks = MessageQueue::open(Name::parse("tasks"));         // in others
///     while (const auto task = tasks.get()) {
///       work(*task);                                                 // bytes in shared memory, no copy
///       tasks.task_done();
///     }                                                              // closed
///
/// One thread at a time may use a handle; threads open one each. After fork(2) the child's handle is a
/// participant of its own, from its first use on, and what the parent has taken stays the parent's. (A child
/// that was made by other means than fork(2) must execute another program, or end; while it does neither,
/// its parent's death stays unnoticed.)
///
/// Everything may throw Error (not_an_array) where the queue is damaged, and Error (failed) in the first call
/// after a fork, as open(). States, memory order and crash table: docs/message_queue.md.
class MessageQueue {
 public:
  using Timeout = std::chrono::milliseconds;
  static constexpr Timeout kForever = Timeout::max();

  /// Makes a queue under a name in shared memory; arrays and pools have other names. It appears when it is
  /// complete, with its space reserved, for this user only, and stays until remove().
  /// Throws Error: exists, no_space, usage (the name, limits of the options), failed.
  static MessageQueue create(const Name& name, const MessageQueueOptions& options = {});

  /// Throws Error: not_found, not_an_array (no queue, damaged, or of another version), failed (somebody
  /// else's; as many participants as it has room for).
  static MessageQueue open(const Name& name);

  /// A queue without a name: for this process and those that it forks. Errors as create().
  static MessageQueue anonymous(const MessageQueueOptions& options = {});

  /// Takes the name away. Who has a handle keeps the queue. Throws Error (not_found, usage, failed).
  static void remove(const Name& name);

  MessageQueue(MessageQueue&&) noexcept;
  MessageQueue& operator=(MessageQueue&&) noexcept;
  ~MessageQueue();  ///< Gives back what was not acknowledged.

  /// Adds a copy of a message; waits while there is no room.
  /// Returns ok, closed or timed_out. Throws Error (usage): too long, or no such priority.
  QueueStatus put(std::span<const std::byte> message, unsigned priority = 0, Timeout timeout = kForever);
  /// Never waits. Returns ok, full or closed.
  [[nodiscard]] QueueStatus try_put(std::span<const std::byte> message, unsigned priority = 0);

  using Message = Received<std::span<const std::byte>>;

  /// Takes the first message; waits while there is none. Its bytes are valid until its task_done().
  /// The status is ok, timed_out, or closed: then the queue is closed, nothing waits, and either this handle
  /// has messages to acknowledge, or nobody has: what another one has may still come back.
  /// Throws Error (usage): this handle has as many messages as it may without an acknowledgement.
  Message get(Timeout timeout = kForever);
  /// Never waits. The status is ok, empty or closed.
  Message try_get();

  /// Acknowledges the oldest message that this handle has taken and not acknowledged.
  /// Throws Error (usage): there is none.
  void task_done();

  /// Waits until every message that was put has been acknowledged, by whomever. False: timed out.
  [[nodiscard]] bool join(Timeout timeout = kForever);

  /// From its return on no put succeeds. What waits can still be taken. Wakes everybody. May be called again.
  void close();

  /// How many wait, without those that were taken. A snapshot.
  std::uint64_t size();
  /// What it was made with, but for the owner.
  const MessageQueueOptions& options() const noexcept;

 private:
  struct Impl;
  explicit MessageQueue(std::unique_ptr<Impl> impl) noexcept;
  std::unique_ptr<Impl> impl_;
};

}  // namespace shmkit
