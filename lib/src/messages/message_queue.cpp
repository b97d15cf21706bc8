#include <shmkit/message_queue.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include <shmkit/error.hpp>

#include "messages/bell.hpp"
#include "messages/exchange.hpp"
#include "messages/fault_point.hpp"
#include "messages/seat.hpp"
#include "messages/segment.hpp"
#include "os/file.hpp"
#include "os/name_hold.hpp"
#include "os/spin.hpp"

namespace shmkit {

using messages::Bell;
using messages::Exchange;
using messages::fault_point;
using messages::FaultPoint;

namespace {

using Clock = std::chrono::steady_clock;
using Timeout = MessageQueue::Timeout;

constexpr Timeout kPeriod{50};
// The first sleep is shorter: an acknowledgement is a mere store, which may still have been on its way when
// its writer found nobody listening and when we looked.
constexpr Timeout kFirst{1};
constexpr int kLooks = 50;  // About 4 us, what a sleep and a wake-up cost at least.

/// When a call gives up. Empty: never.
using Deadline = std::optional<Clock::time_point>;

Deadline deadline_after(Timeout timeout) {
  const auto now = Clock::now();
  timeout = std::max(timeout, Timeout(0));
  if (timeout >= std::chrono::duration_cast<Timeout>(Clock::time_point::max() - now)) return std::nullopt;
  return now + timeout;
}

Timeout until(const Deadline& deadline, Timeout most) {
  if (!deadline) return most;
  return std::clamp(std::chrono::ceil<Timeout>(*deadline - Clock::now()), Timeout(0), most);
}

[[noreturn]] void refuse(std::string what, std::string hint) {
  throw Error(Errc::usage, std::move(what), std::move(hint));
}

}  // namespace

struct MessageQueue::Impl {
  Impl(messages::Segment made, std::string called)
      : segment(std::move(made)),
        name(std::move(called)),
        memory(segment.mapping.data(), messages::Geometry(segment.options)) {
    sit_down();
  }

  void sit_down() {
    held.clear();  // In a child: that is the parent's.
    seat.reset();
    seat.emplace(segment.fd, memory, name);
    exchange.emplace(memory, seat->number());
  }
  // Every call begins here: after a fork this process is another participant.
  void be_seated() {
    if (!seat || !seat->is_mine()) sit_down();
  }

  Bell message_bell() const { return Bell(memory.door().message_bell); }
  Bell room_bell() const { return Bell(memory.door().room_bell); }
  Bell end_bell() const { return Bell(memory.door().end_bell); }
  bool is_closed() const { return memory.door().closed.load(std::memory_order_seq_cst) != 0; }

  enum class Waited { at_once, long_enough, in_vain };
  template <class Attempt>
  Waited wait(Bell bell, Timeout timeout, FaultPoint asleep, int looks, Attempt attempt);

  void check(std::span<const std::byte> message, unsigned priority) const;
  QueueStatus try_put(std::span<const std::byte> message, unsigned priority);
  void check_may_take() const;
  QueueStatus try_take(Message& message);

  messages::Segment segment;
  std::string name;
  messages::QueueMemory memory;
  std::optional<messages::Seat> seat;
  std::optional<Exchange> exchange;
  std::vector<std::uint32_t> held;  // Boxes, the oldest first; few.
};

// Until `attempt` says that it has come to something, or the time is over.
template <class Attempt>
MessageQueue::Impl::Waited MessageQueue::Impl::wait(Bell bell, Timeout timeout, FaultPoint asleep, int looks,
                                                    Attempt attempt) {
  if (attempt()) return Waited::at_once;
  seat->look_after_the_dead();
  const Deadline deadline = deadline_after(timeout);
  for (Timeout most = kFirst;; most = kPeriod) {
    for (int i = 0; i < looks; ++i) {
      os::relax();
      if (attempt()) return Waited::long_enough;
    }
    const std::uint32_t listened = bell.listen();
    if (attempt()) return Waited::long_enough;
    const Timeout time = until(deadline, most);
    if (time <= Timeout(0)) return Waited::in_vain;
    fault_point(asleep);
    bell.sleep(listened, time);
    bell.listen();  // The ring that woke us made it forget the others.
    seat->look_after_the_dead();
  }
}

void MessageQueue::Impl::check(std::span<const std::byte> message, unsigned priority) const {
  if (message.size() > segment.options.message_bytes)
    refuse(fmt::format("a message of {} bytes is too long for '{}'", message.size(), name),
           fmt::format("it was made for messages of at most {} bytes", segment.options.message_bytes));
  if (priority >= segment.options.priorities)
    refuse(fmt::format("'{}' has no priority {}", name, priority),
           fmt::format("it was made for priorities below {}", segment.options.priorities));
}

QueueStatus MessageQueue::Impl::try_put(std::span<const std::byte> message, unsigned priority) {
  const QueueStatus status = exchange->try_put(message, priority);
  if (status == QueueStatus::ok) message_bell().ring_one();
  return status;
}

void MessageQueue::Impl::check_may_take() const {
  if (held.size() < segment.options.unacknowledged) return;
  refuse(fmt::format("this handle has {} messages of '{}' that it has not acknowledged", held.size(), name),
         "call task_done() when a message is done with, or make the queue with more `unacknowledged`");
}

QueueStatus MessageQueue::Impl::try_take(Message& message) {
  Exchange::Taken taken;
  QueueStatus status = exchange->try_take(taken);
  if (status == QueueStatus::closed && held.empty() && !exchange->is_exhausted()) status = QueueStatus::empty;
  if (status != QueueStatus::ok) {
    message.status = status;
    return status;
  }
  held.push_back(taken.box);
  message = exchange->message(taken);
  // Producers of a lane that is full may sleep behind one that has room.
  segment.options.priorities == 1 ? room_bell().ring_one() : room_bell().ring_all();
  return status;
}

MessageQueue::MessageQueue(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
MessageQueue::MessageQueue(MessageQueue&&) noexcept = default;
MessageQueue& MessageQueue::operator=(MessageQueue&&) noexcept = default;
MessageQueue::~MessageQueue() = default;

MessageQueue MessageQueue::create(const Name& name, const MessageQueueOptions& options) {
  return MessageQueue(std::make_unique<Impl>(messages::create_segment(&name, options), name.text()));
}

MessageQueue MessageQueue::open(const Name& name) {
  return MessageQueue(std::make_unique<Impl>(messages::open_segment(name), name.text()));
}

MessageQueue MessageQueue::anonymous(const MessageQueueOptions& options) {
  if (options.owner != 0) refuse("a message queue without a name has no owner", "it goes with its last user");
  return MessageQueue(
      std::make_unique<Impl>(messages::create_segment(nullptr, options), "a message queue without a name"));
}

void MessageQueue::remove(const Name& name) {
  const std::string path = messages::queue_path(name);
  const os::NameHold held(path);
  os::unlink_file(path, name.text());
}

QueueStatus MessageQueue::put(std::span<const std::byte> message, unsigned priority, Timeout timeout) {
  Impl& own = *impl_;
  own.check(message, priority);
  own.be_seated();
  QueueStatus status{};
  const auto waited = own.wait(own.room_bell(), timeout, FaultPoint::room_awaited, kLooks, [&] {
    status = own.try_put(message, priority);
    return status != QueueStatus::full;
  });
  if (waited == Impl::Waited::in_vain) return QueueStatus::timed_out;
  if (waited == Impl::Waited::long_enough && own.exchange->has_room(priority)) own.room_bell().ring_one();
  return status;
}

QueueStatus MessageQueue::try_put(std::span<const std::byte> message, unsigned priority) {
  impl_->check(message, priority);
  impl_->be_seated();
  const QueueStatus status = impl_->try_put(message, priority);
  if (status == QueueStatus::full) impl_->seat->look_after_the_dead();
  return status;
}

MessageQueue::Message MessageQueue::get(Timeout timeout) {
  Impl& own = *impl_;
  own.be_seated();
  own.check_may_take();
  own.seat->look_after_the_dead();
  Message message;
  // A closed queue takes longer to look at, and what it waits for takes longer to come.
  const int looks = own.is_closed() ? 0 : kLooks;
  const auto waited = own.wait(own.message_bell(), timeout, FaultPoint::message_awaited, looks,
                               [&] { return own.try_take(message) != QueueStatus::empty; });
  if (waited == Impl::Waited::in_vain) message.status = QueueStatus::timed_out;
  if (waited == Impl::Waited::long_enough && own.exchange->anything_waits()) own.message_bell().ring_one();
  return message;
}

MessageQueue::Message MessageQueue::try_get() {
  impl_->be_seated();
  impl_->check_may_take();
  impl_->seat->look_after_the_dead();
  Message message;
  impl_->try_take(message);
  return message;
}

void MessageQueue::task_done() {
  Impl& own = *impl_;
  own.be_seated();
  if (own.held.empty())
    refuse(fmt::format("this handle has no message of '{}' to acknowledge", own.name),
           "call task_done() once for each message that get() gave");
  own.exchange->acknowledge(own.held.front());
  own.held.erase(own.held.begin());
  if (own.end_bell().is_listened_to() && !own.exchange->anything_waits()) own.end_bell().ring_all();
  if (own.is_closed()) own.message_bell().ring_all();
}

bool MessageQueue::join(Timeout timeout) {
  Impl& own = *impl_;
  own.be_seated();
  constexpr int kOnce = 0;  // A look is long enough by itself.
  return own.wait(own.end_bell(), timeout, FaultPoint::end_awaited, kOnce,
                  [&] { return !own.exchange->is_unfinished(); }) != Impl::Waited::in_vain;
}

void MessageQueue::close() {
  impl_->be_seated();
  impl_->exchange->close();
  impl_->message_bell().ring_all();
  impl_->room_bell().ring_all();
  impl_->end_bell().ring_all();
}

std::uint64_t MessageQueue::size() {
  impl_->be_seated();
  return impl_->exchange->size();
}

const MessageQueueOptions& MessageQueue::options() const noexcept { return impl_->segment.options; }

}  // namespace shmkit
