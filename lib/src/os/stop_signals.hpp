#pragma once

#include "os/event.hpp"
#include "os/inheritance.hpp"

namespace shmkit::os {

/// While it lives, a wish to end this process (SIGINT, SIGTERM, SIGHUP, unless they were ignored before) does
/// not end it: it is counted, and rings an event. One at a time in a process. The handlers of before are back
/// afterwards.
class StopSignals {
 public:
  /// `event` must outlive this.
  StopSignals(const Inheritance& inheritance, const Event& event) noexcept;
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  static unsigned wishes() noexcept;  ///< How many came.
  static int last() noexcept;         ///< The signal of the last one.

 private:
  static constexpr std::array kSignals = {SIGINT, SIGTERM, SIGHUP};

  std::array<struct sigaction, kSignals.size()> before_{};
};

}  // namespace shmkit::os
