#pragma once

#include <chrono>
#include <span>
#include <vector>

#include "os/fd.hpp"

namespace shmkit::os {

/// Wakes a process that sleeps in wait_readable(): an eventfd, inherited by children.
class Event {
 public:
  Event();  ///< Throws Error.

  void signal() const noexcept;
  void clear() const noexcept;  ///< After it, the event is not readable until the next signal().
  int descriptor() const noexcept { return fd_.get(); }

 private:
  Fd fd_;
};

/// Sleeps until one of `descriptors` is readable (or has ended), at most `timeout`. Returns their positions.
/// Negative descriptors are passed over. Returns nothing after a signal or the time-out.
std::vector<std::size_t> wait_readable(std::span<const int> descriptors, std::chrono::milliseconds timeout);

struct Interest {
  int descriptor;
  bool writing;
};

/// Sleeps until one of the descriptors can be read or written (or its other side is gone). Returns those.
std::vector<int> wait_for(std::span<const Interest> interests);

}  // namespace shmkit::os
