#pragma once

#include <array>
#include <cstdint>

#include "executor/layout.hpp"

namespace shmkit::executor {

/// Some of the tasks of a table, in the order in which they were added. No memory is had for it, and every
/// operation takes the same time however many there are.
class TaskList {
 public:
  TaskList() noexcept { next_[kEnd] = previous_[kEnd] = kEnd; }

  std::uint32_t size() const noexcept { return size_; }

  /// Requires: it is not there.
  void push_back(std::uint32_t task) noexcept {
    const std::uint32_t last = previous_[kEnd];
    next_[last] = task;
    previous_[task] = last;
    next_[task] = kEnd;
    previous_[kEnd] = task;
    ++size_;
  }
  /// Requires: it is there.
  void erase(std::uint32_t task) noexcept {
    next_[previous_[task]] = next_[task];
    previous_[next_[task]] = previous_[task];
    --size_;
  }

  /// Calls visit(task) for each, which may erase that one.
  template <class Visit>
  void for_each(Visit visit) {
    for (std::uint32_t task = next_[kEnd]; task != kEnd;) {
      const std::uint32_t next = next_[task];
      visit(task);
      task = next;
    }
  }

 private:
  static constexpr std::uint32_t kEnd = kTasks;

  std::array<std::uint32_t, kTasks + 1> next_{};
  std::array<std::uint32_t, kTasks + 1> previous_{};
  std::uint32_t size_ = 0;
};

}  // namespace shmkit::executor
