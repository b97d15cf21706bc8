#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <shmkit/error.hpp>

#include "map/memory.hpp"
#include "os/fd.hpp"

namespace shmkit::map {

/// An error of a scratch file, with the next step.
Error scratch_error(const Error& error);

/// Appends the output of one command after the other to a worker's scratch file. In the file, not in memory:
/// outputs may be large, and may have to wait for their turn.
class Spool {
 public:
  /// Goes on behind what a dead predecessor may have left.
  explicit Spool(const os::Fd& file);

  /// Nothing in the file is needed any more: from the beginning again.
  void rewind() noexcept;
  /// What is added from now on belongs to a new run.
  void begin() noexcept { extent_ = {extent_.offset + extent_.size, 0}; }
  /// What was added since begin() is not wanted.
  void discard() noexcept { extent_.size = 0; }
  /// Throws Error (no_space, failed).
  void add(std::span<const std::byte> bytes);

  const Extent& extent() const noexcept { return extent_; }

 private:
  const os::Fd& file_;
  Extent extent_;
};

}  // namespace shmkit::map
