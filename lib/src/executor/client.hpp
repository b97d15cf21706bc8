#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include <shmkit/future.hpp>

#include "executor/home.hpp"
#include "executor/task_list.hpp"
#include "executor/task_table.hpp"

namespace shmkit::executor {

/// For tasks that use an executor which is not theirs to use: throws Error (usage).
[[noreturn]] void throw_from_within();

/// Whoever posts tasks: gives them slots, collects what came out of them, waits. One thread at a time.
class Client {
 public:
  using Clock = std::chrono::steady_clock;

  explicit Client(std::unique_ptr<Home> home);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  const Home& home() const noexcept { return *home_; }

  /// Throws Error (usage) if the workers do not have this code.
  void require_code(const void* code) const;

  /// Waits for a free slot. Throws Error (usage, pool_lost).
  void post(detail::Invoke invoke, std::span<const std::byte> in, std::uint32_t count,
            std::shared_ptr<detail::Task> task);

  /// Requires, for all of these: the task is one of ours, and not known to be done.
  bool is_done(detail::Task& task);
  bool wait_until(detail::Task& task, std::optional<Clock::time_point> end);
  bool cancel(detail::Task& task);

  /// Waits until one more task is done, whichever. Requires: there is one that is not.
  void wait_for_any();

  /// As Executor::shutdown().
  void shutdown(bool cancel) noexcept;

 private:
  void require_usable() const;
  std::uint32_t free_slot();
  void make_room();

  template <class Missing>
  bool wait(std::optional<std::uint32_t> task, std::optional<Clock::time_point> end, Missing missing);
  bool is_ours() const noexcept;

  bool collect(std::uint32_t slot) noexcept;
  void collect_all() noexcept;
  void end(std::uint32_t slot, std::exception_ptr error) noexcept;
  void end_all_if_lost() noexcept;

  std::unique_ptr<Home> home_;
  ExecutorMemory memory_;
  TaskTable table_;
  std::array<std::shared_ptr<detail::Task>, kTasks> tasks_;  // Null: the slot is free.
  TaskList under_way_;
  std::uint32_t next_ = 0;  // Slots are filled in a circle.
  int process_;
  const void* creator_;  // The executor in whose task this was made, or null.
  bool down_ = false;
  bool lost_ = false;
  Clock::time_point last_look_{};
};

}  // namespace shmkit::executor
