#pragma once

#include <atomic>
#include <csignal>
#include <cstdint>

#include "os/inheritance.hpp"
#include "os/process.hpp"

namespace shmkit::os {

/// For those who may not ask the system.
inline constexpr int kSignalKill = SIGKILL;
inline constexpr int kSignalTerminate = SIGTERM;
inline constexpr int kSignalNoReader = SIGPIPE;

/// What to start, and with what. Everything is looked at until Command::start() returns, and not longer.
struct Launch {
  const char* path = nullptr;  ///< Of the file: nobody looks into PATH.
  /// Ends with a null pointer. The place before the first word is free: a script without "#!" is handed to
  /// /bin/sh, as execvp(3) does, and then stands there.
  char** arguments = nullptr;
  char* const* environment = nullptr;
  int input = -1;  ///< Its standard streams.
  int output = -1;
  int error = -1;
  /// In shared memory. The child writes its process group there before it becomes the command, so that
  /// somebody else can end it if this process is killed.
  std::atomic<int>* group = nullptr;
  /// In shared memory. Not zero: the command is not run. Whoever sets it and then looks at `group` either
  /// finds the command or knows that it never was.
  const std::atomic<std::uint32_t>* stop = nullptr;
};

/// A command that runs in a process group of its own, as a child of this process.
///
/// It is killed when this thread ends, in whatever way (but not what it has started itself: see signal()).
/// Ignored signals, signal mask and limits are those that Inheritance has kept; working directory and umask
/// are this process's. Nothing is open in it but its standard streams and what is not close-on-exec.
///
/// vfork: a child of this process for as long as it takes to become the command; 1.5 GB of memory in the
/// parent cost nothing. Requires: this process has no signal handlers. One thread only.
class Command {
 public:
  explicit Command(const Launch& launch, const Inheritance& inheritance) noexcept;
  ~Command();  ///< Kills and reaps it, if that was not done.
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;

  /// Why it was not started: an errno; ECANCELED: `stop` was set; 0: it was.
  int error() const noexcept { return error_; }
  int pidfd() const noexcept { return pidfd_.get(); }  ///< Readable once it has ended.

  /// To the command and all of its group. Requires: it is not reaped.
  void signal(int number) const noexcept;
  /// Waits for the end. What the command has left in the background lives on.
  ExitStatus reap() noexcept;

 private:
  int pid_ = -1;
  int error_ = 0;
  Fd pidfd_;
};

/// To all of a process group that is not a child's of this process. None is left: nothing happens. Requires:
/// the group was there a moment ago, so that its number cannot be another one's yet.
void signal_group(int group, int number) noexcept;

}  // namespace shmkit::os
