#pragma once

#include <chrono>
#include <vector>

#include <shmkit/error.hpp>

#include "executor/layout.hpp"

namespace shmkit::executor {

/// Where the workers of an executor live: what differs between processes and threads.
class Home {
 public:
  virtual ~Home() = default;

  virtual ExecutorMemory memory() const noexcept = 0;
  virtual unsigned workers() const noexcept = 0;

  /// Whether the workers have this code too.
  virtual bool has_code(const void* code) const noexcept = 0;

  /// True once all workers have ended and none will come: then nobody writes into the memory any more.
  virtual bool lost() const noexcept = 0;
  /// Why. Requires: lost().
  virtual Error why_lost() const = 0;

  /// Ends the workers, and returns when there are none. In a process that is not the one that started them,
  /// does nothing.
  virtual void stop() noexcept = 0;
};

}  // namespace shmkit::executor
