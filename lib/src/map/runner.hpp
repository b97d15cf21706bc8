#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "map/invocation.hpp"
#include "map/memory.hpp"
#include "map/spool.hpp"
#include "os/parent_watch.hpp"
#include "os/pipe.hpp"

namespace shmkit::map {

/// Runs commands, one at a time, in a worker.
class Runner {
 public:
  Runner(const Job& job, MapMemory memory, std::uint32_t worker, const os::ParentWatch& parent);

  /// Runs the command of a task until it is done or may not be tried again. Throws Error: its output cannot
  /// be kept, or the machine lacks what a command needs. If the parent dies, the command is killed, and what
  /// is thrown is no Error.
  Result run(std::uint64_t task);

 private:
  struct Orphaned {};
  struct Ending {
    Outcome outcome{};
    int value = 0;
  };
  /// One of the standard streams of a command, on its way into the scratch file.
  struct Stream {
    os::Pipe pipe;
    Spool spool;
  };

  bool may_run_again(std::uint64_t task) const noexcept;
  Ending attempt(const Fields& fields, std::uint64_t task);
  Ending watch(os::Command& command);
  void pump(Stream& stream);
  void drain(Stream& stream);

  const Job& job_;
  MapMemory memory_;
  std::uint32_t worker_;
  Desk& desk_;
  const os::ParentWatch& parent_;
  Invocation invocation_;
  std::array<Stream, 2> streams_;
  std::vector<std::byte> buffer_;
};

}  // namespace shmkit::map
