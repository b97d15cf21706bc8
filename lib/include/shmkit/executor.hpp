#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <ranges>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include <shmkit/error.hpp>
#include <shmkit/executor_task.hpp>
#include <shmkit/future.hpp>

namespace shmkit {

struct ExecutorOptions {
  /// How often a task may kill its worker and be tried again, at most 30. 0: a task is begun once at most,
  /// for tasks that must not be repeated. Threads cannot die alone: there it means nothing.
  unsigned retries = 2;
};

/// Runs functions of this program in its workers: what ProcessExecutor and ThreadExecutor have in common. A
/// function that takes an Executor& does not care which.
///
/// What a task is. A function, function pointer or lambda, called as const, with its arguments: all trivially
/// copyable, together at most 1024 bytes, and so is the result. That is all that travels; anything larger is
/// read and written where it lies, in shared memory. Spans and pointers that a lambda captures are good where
/// they are good in the worker, which is a copy of this process as it was when the pool was started:
///   * into an array (AnyArray, Array) that was created or attached before, and still is, when the task runs;
///   * into a SharedBuffer made before;
///   * to constants and functions of the program. (A variable is the worker's own copy of that time: what is
///   written to it is lost. So is what a lambda captures by reference, which no compiler can tell from a
///   pointer.)
/// An array that is newer is attached by the task: Array<double>::attach("x") in the lambda.
///
/// Guarantees
///   * A task that no worker dies in is executed once. Tasks begin in the order of submission, as a rule.
///   * Everything written before submit() is visible to the task, and everything that the task wrote is
///   visible when its future is done.
///   * At most 960 tasks are under way: submit() waits while there are as many, for one of them to end.
/// Not guaranteed: an order between tasks; that a task is executed once, if its worker is killed (see
/// ExecutorOptions).
///
/// One thread at a time may use an executor and all futures of it. A task must not use its own executor:
/// Error (usage).
class Executor {
 public:
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;

  unsigned workers() const;

  /// Has a worker call f(args...).
  /// Throws Error: usage (after shutdown(); from within a task; code from a library that was loaded after the
  /// pool was started), pool_lost.
  template <class F, class... Args>
  auto submit(F f, Args... args);

  /// The results of f(x) for all x of a sized range, in order; nothing if f returns nothing. Workers take
  /// several x at a time where there are many. Throws what the first x in that order made f throw,
  /// RemoteError or WorkerDied, when nothing of it runs any more; other x have been called or not. (A worker
  /// that dies takes with it all the calls that it had taken.) Otherwise as submit().
  template <class F, detail::Values Range>
  auto map(F f, const Range& range);
  /// f(0), ..., f(size - 1)
  template <class F>
  auto map(F f, std::size_t size);

  /// The results of f(a, b, ...) for all tuples (a, b, ...) of a sized range. Otherwise as map().
  template <class F, detail::Values Range>
  auto starmap(F f, const Range& tuples);

  /// op(init, all f(x) combined with op); init for no x. The values are combined as a balanced tree by their
  /// order: neighbours first, then neighbours of those. So the result depends on the values alone, not on the
  /// workers; it is that of a loop if op is associative. Workers do most of it.
  /// Requires: R op(R, R), trivially copyable, where R is the result of f. Throws as map().
  template <class F, detail::Values Range, class R, class Op>
  R reduce(F f, const Range& range, R init, Op op);
  /// Over f(0), ..., f(size - 1).
  template <class F, class R, class Op>
  R reduce(F f, std::size_t size, R init, Op op);

  enum class Pending {
    finish,  ///< Every task that was submitted comes to its end.
    cancel,  ///< Those that nobody has begun are cancelled.
  };
  /// Waits until no task runs, and ends the workers. Futures keep what they have. The destructor does the
  /// same, with Pending::finish. Does nothing when it is called again.
  void shutdown(Pending pending = Pending::finish) noexcept;

 protected:
  Executor() noexcept;
  ~Executor();

  void adopt(std::unique_ptr<executor::Client> client) noexcept;
  executor::Client& client() const;

 private:
  class Batch;

  template <class F>
  void require_code(const F& f) const;
  void require_code_at(const void* code) const;

  void post_task(detail::Invoke invoke, std::span<const std::byte> in, std::size_t count,
                 std::shared_ptr<detail::Task> task);

  template <class F, class Next>
  auto map_values(F f, std::size_t size, Next next);
  template <class F, class Next, class R, class Op>
  R reduce_values(F f, std::size_t size, Next next, R init, Op op);
  template <class Layout, class Next>
  void feed(Batch& batch, detail::Invoke invoke, const auto& head, std::size_t count, Next& next, void* out,
            std::size_t out_bytes);
  std::size_t run_length(std::size_t left, std::size_t most) const;

  std::unique_ptr<executor::Client> client_;  // Null in a worker process: this is older than the client.
};

/// Worker processes, forked from this program: no program is started, nothing is pickled, and a task that
/// crashes takes nobody with it.
///
/// A worker that is killed at any instruction is replaced at once; its task is tried again, and given up
/// after ExecutorOptions::retries more deaths, with the signal in the error. When this process dies, in
/// whatever way, so do the workers, and nothing is left: what they share has no name. Nothing that a task
/// does can hang the others.
///
/// Start it before other threads exist (a worker is a copy of this process, with the locks that threads
/// held), from a thread that outlives it, best before the process is large. It can only run code that the
/// program had then: dlopen() first. Workers ignore SIGINT and SIGQUIT, and leave without destructors; what
/// they print is written when they end. Tasks must not fork.
///
///     shmkit::SharedBuffer<double> roots(1000);
///     shmkit::ProcessExecutor pool;
///     auto out = roots.span();
///     pool.map([out](std::size_t i) { out[i] = std::sqrt(i); }, out.size());
///     auto future = pool.submit([](int n) { return n + 1; }, 41);   // future.get() == 42
///
/// Protocol and crash table: docs/executor.md.
class ProcessExecutor final : public Executor {
 public:
  /// Returns when all workers are ready. `workers` 0: default_workers(). Throws Error (usage: too many
  /// workers or retries; failed: no more processes; no_space; pool_lost: workers die at once).
  explicit ProcessExecutor(unsigned workers = 0, ExecutorOptions options = {});

  std::vector<int> worker_pids() const;  ///< Of those that live right now.
};

/// The same with threads of this process: what ProcessExecutor costs and gains is one changed line away. The
/// same functions are accepted, and exceptions arrive the same way. A task that crashes ends the program.
class ThreadExecutor final : public Executor {
 public:
  /// Throws Error (usage, failed).
  explicit ThreadExecutor(unsigned workers = 0, ExecutorOptions options = {});
};

// Implementation details follow.

/// The tasks of one map(), in order. When it is gone, none of them runs any more.
class Executor::Batch {
 public:
  Batch() = default;
  ~Batch();
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;

  /// Throws if one of the earlier ones has failed.
  void add(std::shared_ptr<detail::Task> task);
  /// Waits for all. Throws what the first one that failed threw.
  void finish();

 private:
  void drop_front();

  std::deque<std::shared_ptr<detail::Task>> tasks_;
};

template <class F>
void Executor::require_code(const F& f) const {
  if constexpr (std::is_pointer_v<F> && std::is_function_v<std::remove_pointer_t<F>>)
    require_code_at(reinterpret_cast<const void*>(f));
}

template <class F, class... Args>
auto Executor::submit(F f, Args... args) {
  detail::require_function<F>();
  (detail::require_argument<Args>(), ...);
  require_code(f);
  const auto bound = detail::bind_copy(f, args...);
  using Bound = std::remove_const_t<decltype(bound)>;
  using Call = detail::SubmittedCall<Bound>;
  using Result = typename Call::Result;
  static_assert(
      sizeof(Bound) <= detail::kTaskBytes,
      "the lambda and its arguments have more than 1024 bytes: put what is large into shared memory");
  detail::require_result<Result>();
  auto state = std::make_shared<detail::TaskWithValue<Result>>();
  post_task(&Call::invoke, std::as_bytes(std::span(&bound, 1)), 1,
            std::shared_ptr<detail::Task>(state, &state->task));
  return Future<Result>(std::move(state));
}

/// One task of `count` calls, with the next values as arguments; the results go to `out`.
template <class Layout, class Next>
void Executor::feed(Batch& batch, detail::Invoke invoke, const auto& head, std::size_t count, Next& next,
                    void* out, std::size_t out_bytes) {
  using X = std::invoke_result_t<Next&>;
  // Not into a slot: the next value may be a result of this executor.
  std::array<std::byte, detail::kTaskBytes> in;
  detail::put_at(in.data(), head);
  std::byte* argument = in.data() + Layout::kArguments;
  for (std::size_t i = 0; i < count; ++i, argument += sizeof(X)) detail::put_at<X>(argument, next());
  auto task = std::make_shared<detail::Task>(out, out_bytes);
  post_task(invoke, std::span(in).first(Layout::kArguments + count * sizeof(X)), count, task);
  batch.add(std::move(task));
}

template <class F, class Next>
auto Executor::map_values(F f, std::size_t size, Next next) {
  using X = std::invoke_result_t<Next&>;
  detail::require_function<F>();
  detail::require_argument<X>();
  using Calls = detail::MappedCalls<F, X>;
  using R = typename Calls::Result;
  detail::require_result<R>();
  require_code(f);
  // A std::vector<bool> has no bytes to write to.
  using Stored = std::conditional_t<std::is_void_v<R> || std::is_same_v<R, bool>, unsigned char, R>;
  static_assert(std::is_default_constructible_v<Stored>,
                "map() needs results that can be default-constructed");
  std::vector<Stored> results(std::is_void_v<R> ? 0 : size);
  Batch batch;
  for (std::size_t begin = 0; begin < size;) {
    const std::size_t count = run_length(size - begin, Calls::kMost);
    feed<typename Calls::Layout>(batch, &Calls::invoke, f, count, next,
                                 std::is_void_v<R> ? nullptr : results.data() + begin,
                                 count * detail::kResultBytes<R>);
    begin += count;
  }
  batch.finish();
  if constexpr (std::is_same_v<R, bool>) {
    return std::vector<bool>(results.begin(), results.end());
  } else if constexpr (!std::is_void_v<R>) {
    return results;
  }
}

template <class F, detail::Values Range>
auto Executor::map(F f, const Range& range) {
  return map_values(f, std::ranges::size(range), detail::values_of(range));
}

template <class F>
auto Executor::map(F f, std::size_t size) {
  return map_values(f, size, detail::indices());
}

template <class F, detail::Values Range>
auto Executor::starmap(F f, const Range& tuples) {
  detail::require_function<F>();
  require_code(f);
  const auto unpack = [f](const auto& packed) -> decltype(auto) { return packed(f); };
  return map_values(unpack, std::ranges::size(tuples),
                    [next = detail::values_of(tuples)]() mutable { return detail::pack_tuple(next()); });
}

template <class F, class Next, class R, class Op>
R Executor::reduce_values(F f, std::size_t size, Next next, R init, Op op) {
  using X = std::invoke_result_t<Next&>;
  detail::require_function<F>();
  detail::require_function<Op>();
  detail::require_argument<X>();
  using Calls = detail::ReducedCalls<F, Op, X>;
  static_assert(std::is_same_v<typename Calls::Result, R>,
                "reduce() needs an init of the very type that f returns: 0.0 and not 0 for doubles");
  detail::require_result<R>();
  static_assert(std::is_default_constructible_v<R> && std::is_copy_assignable_v<R>,
                "reduce() needs values that can be default-constructed and assigned");
  require_code(f);
  require_code(op);
  if (size == 0) return init;
  const std::size_t block = Calls::block_size(size);
  const std::size_t most = std::min(Calls::Layout::kMost / block, Calls::kMostBlocks);
  const typename Calls::Head head{f, op, static_cast<std::uint32_t>(block)};
  std::vector<R> partials((size + block - 1) / block);
  Batch batch;
  for (std::size_t begin = 0; begin < partials.size();) {
    const std::size_t blocks = run_length(partials.size() - begin, most);
    const std::size_t count = std::min(blocks * block, size - begin * block);
    feed<typename Calls::Layout>(batch, &Calls::invoke, head, count, next, partials.data() + begin,
                                 blocks * sizeof(R));
    begin += blocks;
  }
  batch.finish();
  return std::invoke(op, init, detail::combine_tree(partials.data(), partials.size(), op));
}

template <class F, detail::Values Range, class R, class Op>
R Executor::reduce(F f, const Range& range, R init, Op op) {
  return reduce_values(f, std::ranges::size(range), detail::values_of(range), init, op);
}

template <class F, class R, class Op>
R Executor::reduce(F f, std::size_t size, R init, Op op) {
  return reduce_values(f, size, detail::indices(), init, op);
}

}  // namespace shmkit
