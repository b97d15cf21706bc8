#pragma once

#include <chrono>

#include "os/fd.hpp"

namespace shmkit::os {

/// Tells one process when the last one of a family of others has ended: a pipe whose writing end the family
/// inherits, and nobody else has. The kernel closes it after a process has lost its memory: when the end is
/// seen, none of them writes anywhere any more.
///
/// Between its birth and watch(), whatever this process forks belongs to the family.
class Lifeline {
 public:
  Lifeline();  ///< Throws Error.

  void hold() noexcept;   ///< In the first of the family, after the fork.
  void watch() noexcept;  ///< In the process that is not of the family, after the fork.

  /// True once nobody holds it. Sleeps at most `timeout` until then. Requires: watch().
  bool all_gone(std::chrono::milliseconds timeout) const noexcept;

 private:
  Fd watcher_;
  Fd family_;
};

}  // namespace shmkit::os
