#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <iterator>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <shmkit/error.hpp>

namespace shmkit {

namespace executor {
class Client;
}

/// What a task threw, as much of it as can come out of another process.
///
/// what() is the text of the exception. errc() and hint() are those of a shmkit::Error; of anything else,
/// failed and empty. Executors of threads throw the same, so that a program sees no difference.
class RemoteError : public Error {
 public:
  RemoteError(Errc errc, std::string message, std::string hint, std::string type_name);

  /// "std::out_of_range"; "int" for `throw 3`.
  const std::string& type_name() const noexcept { return type_name_; }

 private:
  std::string type_name_;
};

/// The task was given up: its worker ended in the middle of it, and so did those that tried it again.
class WorkerDied : public Error {
 public:
  WorkerDied(unsigned attempts, int signal, int exit_code);

  unsigned attempts() const noexcept { return attempts_; }
  int signal() const noexcept { return signal_; }        ///< That ended the last one; 0: none did.
  int exit_code() const noexcept { return exit_code_; }  ///< Where no signal did.

 private:
  unsigned attempts_;
  int signal_;
  int exit_code_;
};

/// The task was cancelled before anybody began it.
class Cancelled : public Error {
 public:
  Cancelled();
};

namespace detail {

class CompletionOrder;

/// What is known here about a task in the hands of an executor.
class Task {
 public:
  /// `value`: where `size` bytes of result go.
  Task(void* value, std::size_t size) noexcept : value_(value), size_(size) {}

  bool done();
  void wait();
  bool wait_for(std::chrono::nanoseconds timeout);
  bool cancel();
  /// Throws what there is to throw. Requires: done.
  void rethrow() const {
    if (error_) std::rethrow_exception(error_);
  }

 private:
  friend class executor::Client;
  friend class CompletionOrder;

  struct Watcher {
    std::weak_ptr<std::vector<std::size_t>> completed;
    std::size_t index;
  };

  void end(std::exception_ptr error) noexcept;

  void* value_;
  std::size_t size_;
  executor::Client* client_ = nullptr;  // Null: done.
  std::uint32_t slot_ = 0;
  std::exception_ptr error_;
  std::vector<Watcher> watchers_;
};

template <class R>
struct TaskWithValue {
  Task task{&value, sizeof(R)};
  alignas(R) std::byte value[sizeof(R)];
};
template <>
struct TaskWithValue<void> {
  Task task{nullptr, 0};
};

/// Gives the positions of tasks as they are done.
class CompletionOrder {
 public:
  /// Null: there is none at this position.
  void watch(Task* task);
  /// Waits for the next one. Empty: there are no more.
  std::optional<std::size_t> next();

 private:
  executor::Client* client_ = nullptr;
  std::size_t left_ = 0;
  std::size_t given_ = 0;
  std::size_t watched_ = 0;
  std::shared_ptr<std::vector<std::size_t>> completed_ = std::make_shared<std::vector<std::size_t>>();
};

}  // namespace detail

/// The result of a task that may not be there yet.
///
/// A handle: copies refer to the same task. Dropping it changes nothing for the task. It may outlive the
/// executor. One thread at a time may use an executor and all futures of it.
template <class R>
class [[nodiscard]] Future {
 public:
  Future() = default;  ///< Of no task; for assignment only.

  bool valid() const noexcept { return state_ != nullptr; }

  /// Whether the task has ended: with a result, with an exception, by cancellation. Does not wait.
  bool done() const { return state_->task.done(); }
  void wait() const { state_->task.wait(); }
  /// Waits, at most so long. True: it is done.
  template <class Rep, class Period>
  bool wait_for(std::chrono::duration<Rep, Period> timeout) const {
    using Nanoseconds = std::chrono::nanoseconds;
    const bool for_ever =
        std::chrono::duration<double>(timeout) > std::chrono::duration<double>(Nanoseconds::max()) / 2;
    return state_->task.wait_for(for_ever ? Nanoseconds::max() : std::chrono::ceil<Nanoseconds>(timeout));
  }

  /// Waits, and gives the result; again when it is called again.
  /// Throws RemoteError, WorkerDied, Cancelled, or Error (pool_lost: the workers are gone for good).
  R get() const {
    wait();
    state_->task.rethrow();
    if constexpr (!std::is_void_v<R>) return *reinterpret_cast<const R*>(state_->value);
  }

  /// True: no worker has begun the task, and none ever will. False: somebody has, or it is done.
  bool cancel() const { return state_->task.cancel(); }

 private:
  friend class Executor;
  template <class T>
  friend class CompletedFutures;

  using State = detail::TaskWithValue<R>;

  explicit Future(std::shared_ptr<State> state) noexcept : state_(std::move(state)) {}
  detail::Task* task() const noexcept { return state_ == nullptr ? nullptr : &state_->task; }

  std::shared_ptr<State> state_;
};

/// What as_completed() gives: an input range of Future<R>&.
template <class R>
class CompletedFutures {
 public:
  explicit CompletedFutures(std::span<Future<R>> futures) : futures_(futures) {
    for (const Future<R>& future : futures) order_.watch(future.task());
  }

  class Iterator {
   public:
    using value_type = Future<R>;
    using difference_type = std::ptrdiff_t;

    explicit Iterator(CompletedFutures& range) : range_(&range), at_(range.order_.next()) {}
    Future<R>& operator*() const { return range_->futures_[*at_]; }
    Future<R>* operator->() const { return &**this; }
    Iterator& operator++() {
      at_ = range_->order_.next();
      return *this;
    }
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t) const noexcept { return !at_; }

   private:
    CompletedFutures* range_;
    std::optional<std::size_t> at_;
  };

  Iterator begin() { return Iterator(*this); }
  std::default_sentinel_t end() const noexcept { return {}; }

 private:
  std::span<Future<R>> futures_;
  detail::CompletionOrder order_;
};

/// The futures one by one as they are done, whatever way they ended; those without a task are passed over.
/// The loop waits for the next one. Requires: all are of one executor.
///
///     for (Future<double>& future : as_completed(std::span(futures))) total += future.get();
template <class R>
CompletedFutures<R> as_completed(std::span<Future<R>> futures) {
  return CompletedFutures<R>(futures);
}
template <class R>
CompletedFutures<R> as_completed(std::vector<Future<R>>& futures) {
  return CompletedFutures<R>(futures);
}

}  // namespace shmkit
