#pragma once

#include <cstring>
#include <type_traits>

#include <shmkit/error.hpp>
#include <shmkit/message_queue.hpp>

namespace shmkit {

/// What can be sent as its bytes: no pointers to follow, nothing to destroy.
template <class T>
concept Sendable = std::is_trivially_copyable_v<T> && std::is_default_constructible_v<T>;

/// A MessageQueue whose messages are values of one type; what it guarantees, as there.
///
///     auto results = TypedQueue<double>::create(Name::parse("results"));
///     results.put(0.5);
///     if (const auto result = results.get()) { use(*result); results.task_done(); }
template <Sendable T>
class TypedQueue {
 public:
  using Timeout = MessageQueue::Timeout;
  static constexpr Timeout kForever = MessageQueue::kForever;

  /// As MessageQueue's, with messages of sizeof(T).
  static TypedQueue create(const Name& name, const MessageQueueOptions& options = {}) {
    return TypedQueue(MessageQueue::create(name, of_size(options)));
  }
  static TypedQueue anonymous(const MessageQueueOptions& options = {}) {
    return TypedQueue(MessageQueue::anonymous(of_size(options)));
  }
  /// As MessageQueue::open(). Throws Error (not_an_array) too if its messages are not of this size.
  static TypedQueue open(const Name& name) {
    MessageQueue queue = MessageQueue::open(name);
    if (queue.options().message_bytes != sizeof(T))
      throw Error(Errc::not_an_array, "'" + name.text() + "' is a queue of messages of another size");
    return TypedQueue(std::move(queue));
  }

  QueueStatus put(const T& value, unsigned priority = 0, Timeout timeout = kForever) {
    return queue_.put(bytes_of(value), priority, timeout);
  }
  [[nodiscard]] QueueStatus try_put(const T& value, unsigned priority = 0) {
    return queue_.try_put(bytes_of(value), priority);
  }

  /// A copy of the value: valid also after task_done(). Throws Error (not_an_array): a message of another
  /// length.
  Received<T> get(Timeout timeout = kForever) { return value_of(queue_.get(timeout)); }
  Received<T> try_get() { return value_of(queue_.try_get()); }

  void task_done() { queue_.task_done(); }
  [[nodiscard]] bool join(Timeout timeout = kForever) { return queue_.join(timeout); }
  void close() { queue_.close(); }
  std::uint64_t size() { return queue_.size(); }

  /// The same queue as bytes.
  MessageQueue& any() noexcept { return queue_; }

 private:
  explicit TypedQueue(MessageQueue queue) noexcept : queue_(std::move(queue)) {}

  static MessageQueueOptions of_size(MessageQueueOptions options) {
    options.message_bytes = sizeof(T);
    return options;
  }
  static std::span<const std::byte> bytes_of(const T& value) { return std::as_bytes(std::span(&value, 1)); }

  static Received<T> value_of(const MessageQueue::Message& message) {
    Received<T> received{message.status, {}, message.priority, message.returns};
    if (!message) return received;
    if (message->size() != sizeof(T))
      throw Error(Errc::not_an_array, "a message of another length is in the queue");
    std::memcpy(&received.value, message->data(), sizeof(T));
    return received;
  }

  MessageQueue queue_;
};

}  // namespace shmkit
