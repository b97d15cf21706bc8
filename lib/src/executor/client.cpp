#include "executor/client.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "executor/thrown.hpp"
#include "executor/worker.hpp"
#include "os/futex.hpp"
#include "os/process.hpp"
#include "os/spin.hpp"
#include "pool/bells.hpp"
#include "queue/fault_point.hpp"

namespace shmkit::executor {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kPeriod{50};
constexpr milliseconds kLook{5};
// Who waits for room waits for some: to be woken for each task costs more than a small task.
constexpr std::uint32_t kRoom = kTasks / 4;

std::exception_ptr death_of(const queue::Lease& poison) {
  const queue::Cause cause = queue::cause_of(poison);
  const bool signalled = cause.ending == queue::Ending::signal;
  return std::make_exception_ptr(
      WorkerDied(poison.attempt, signalled ? cause.value : 0, signalled ? 0 : cause.value));
}

}  // namespace

void throw_from_within() {
  throw Error(Errc::usage, "a task cannot use an executor that was made outside of it",
              "return to the caller what is still to be done, or make an executor in the task");
}

Client::Client(std::unique_ptr<Home> home)
    : home_(std::move(home)),
      memory_(home_->memory()),
      table_(memory_),
      process_(os::process_id()),
      creator_(served_executor()) {}

Client::~Client() {
  shutdown(false);
  // In a forked copy of this process; elsewhere there are none left.
  const auto error = std::make_exception_ptr(Error(Errc::pool_lost, "the executor is gone"));
  under_way_.for_each([&](std::uint32_t slot) { end(slot, error); });
}

// In a task, and in a copy of this process that somebody has forked, it is not.
bool Client::is_ours() const noexcept {
  return served_executor() == creator_ && os::process_id() == process_;
}

void Client::require_code(const void* code) const {
  if (home_->has_code(code)) return;
  throw Error(Errc::usage,
              "the workers do not have this code: its library was loaded after they were started",
              "dlopen() before the pool is made, or make another pool now");
}

void Client::require_usable() const {
  if (served_executor() != creator_) throw_from_within();
  if (os::process_id() != process_)
    throw Error(Errc::usage, "this executor belongs to the process that made it",
                "make another one in this process");
  if (down_) throw Error(Errc::usage, "the executor was shut down", "submit before shutdown()");
  if (lost_) throw home_->why_lost();
}

std::uint32_t Client::free_slot() {
  if (under_way_.size() == 0) next_ = 0;  // The same slots again: they are in everybody's cache.
  if (under_way_.size() == kTasks) make_room();
  std::uint32_t slot = next_;
  while (tasks_[slot]) slot = (slot + 1) % kTasks;
  return slot;
}

void Client::make_room() {
  wait(std::nullopt, std::nullopt, [this] {
    collect_all();
    return under_way_.size() - std::min(under_way_.size(), kTasks - kRoom);
  });
  if (lost_) throw home_->why_lost();
}

void Client::post(detail::Invoke invoke, std::span<const std::byte> in, std::uint32_t count,
                  std::shared_ptr<detail::Task> task) {
  require_usable();
  require_code(reinterpret_cast<const void*>(invoke));
  const std::uint32_t slot = free_slot();
  TaskSlot& record = table_.slot(slot);
  record.invoke = invoke;
  record.count = count;
  std::memcpy(record.in.data(), in.data(), in.size());
  task->client_ = this;
  task->slot_ = slot;
  tasks_[slot] = std::move(task);
  under_way_.push_back(slot);
  next_ = (slot + 1) % kTasks;
  table_.post(slot);
  pool::ring_workers(memory_.pool(), 0, 1);
  queue::fault_point(queue::FaultPoint::task_rung);
}

bool Client::collect(std::uint32_t slot) noexcept {
  const queue::Lease lease = table_.was(slot);
  if (!queue::terminal(lease.state)) return false;
  const TaskSlot& record = table_.slot(slot);
  detail::Task& task = *tasks_[slot];
  if (lease.state == queue::State::closed) {
    end(slot, std::make_exception_ptr(Cancelled()));
  } else if (lease.state == queue::State::poison) {
    end(slot, death_of(lease));
  } else if (record.outcome == Outcome::threw) {
    end(slot, read_thrown(record));
  } else {
    if (task.size_ > 0) std::memcpy(task.value_, record.out.data(), task.size_);
    end(slot, nullptr);
  }
  return true;
}

void Client::end(std::uint32_t slot, std::exception_ptr error) noexcept {
  under_way_.erase(slot);
  const auto task = std::exchange(tasks_[slot], nullptr);
  task->end(std::move(error));
}

void Client::collect_all() noexcept {
  under_way_.for_each([this](std::uint32_t slot) { collect(slot); });
}

// Looked at first: what was committed before is a result.
void Client::end_all_if_lost() noexcept {
  if (under_way_.size() == 0 || !home_->lost()) return;
  lost_ = true;
  collect_all();
  const auto error = std::make_exception_ptr(home_->why_lost());
  under_way_.for_each([&](std::uint32_t slot) { end(slot, error); });
}

bool Client::is_done(detail::Task& task) {
  if (collect(task.slot_)) return true;
  const auto now = Clock::now();
  if (now - last_look_ < kLook) return false;
  last_look_ = now;
  end_all_if_lost();
  return task.client_ == nullptr;
}

bool Client::cancel(detail::Task& task) {
  if (!is_ours() || !table_.try_cancel(task.slot_)) return false;
  collect(task.slot_);
  return true;
}

bool Client::wait_until(detail::Task& task, std::optional<Clock::time_point> end) {
  return wait(task.slot_, end, [&] { return task.client_ == nullptr || collect(task.slot_) ? 0U : 1U; });
}

void Client::wait_for_any() {
  const std::uint32_t before = under_way_.size();
  wait(std::nullopt, std::nullopt, [&] {
    collect_all();
    return under_way_.size() < before ? 0U : 1U;
  });
}

// Until missing() tasks, as many as have still to end, are none: `task`, or any. False: not until `end`. Asks
// once in a period anyway: who was to wake us may have died.
template <class Missing>
bool Client::wait(std::optional<std::uint32_t> task, std::optional<Clock::time_point> end, Missing missing) {
  Desk& desk = memory_.desk();
  for (;;) {
    const std::uint32_t seen = desk.done.load(std::memory_order_acquire);
    const std::uint32_t count = missing();
    if (count == 0) return true;
    if (end && Clock::now() >= *end) return false;
    // Workers have more use for the CPU while many are missing.
    if (count == 1 && os::spin_until_changed(desk.done, seen)) continue;
    const auto left = end ? std::chrono::ceil<milliseconds>(*end - Clock::now()) : kPeriod;
    const Awaited awaited =
        task ? Awaited{Awaited::What::task, *task} : Awaited{Awaited::What::count, seen + count};
    // Sequentially consistent, as announce(): one of the two sees the other.
    desk.awaited.store(pack(awaited), std::memory_order_seq_cst);
    const std::uint32_t now = desk.done.load(std::memory_order_seq_cst);
    if (missing() > 0) os::futex_wait(desk.done, now, std::clamp(left, milliseconds(0), kPeriod));
    desk.awaited.store(pack(Awaited{}), std::memory_order_relaxed);
    if (missing() > 0) end_all_if_lost();
  }
}

void Client::shutdown(bool cancel) noexcept {
  if (down_ || !is_ours()) return;
  down_ = true;
  if (cancel) {
    under_way_.for_each([this](std::uint32_t slot) {
      if (table_.try_cancel(slot)) collect(slot);
    });
  }
  wait(std::nullopt, std::nullopt, [this] {
    collect_all();
    return under_way_.size();
  });
  home_->stop();
}

}  // namespace shmkit::executor

namespace shmkit::detail {

bool Task::done() { return client_ == nullptr || client_->is_done(*this); }

void Task::wait() {
  if (client_ != nullptr) client_->wait_until(*this, std::nullopt);
}

bool Task::wait_for(std::chrono::nanoseconds timeout) {
  using Clock = std::chrono::steady_clock;
  const auto now = Clock::now();
  // Longer than the clock goes: for ever.
  std::optional<Clock::time_point> end;
  if (timeout < Clock::time_point::max() - now) end = now + timeout;
  return client_ == nullptr || client_->wait_until(*this, end);
}

bool Task::cancel() { return client_ != nullptr && client_->cancel(*this); }

void Task::end(std::exception_ptr error) noexcept {
  client_ = nullptr;
  error_ = std::move(error);
  for (const Watcher& watcher : watchers_) {
    if (const auto completed = watcher.completed.lock()) completed->push_back(watcher.index);
  }
  watchers_.clear();
}

void CompletionOrder::watch(Task* task) {
  const std::size_t index = watched_++;
  if (task == nullptr) return;
  ++left_;
  if (task->done()) return completed_->push_back(index);
  task->watchers_.push_back({completed_, index});
  client_ = task->client_;
}

std::optional<std::size_t> CompletionOrder::next() {
  if (left_ == 0) return std::nullopt;
  while (given_ == completed_->size()) client_->wait_for_any();
  --left_;
  return (*completed_)[given_++];
}

}  // namespace shmkit::detail
