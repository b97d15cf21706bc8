#pragma once

#include <chrono>
#include <cstdint>

#include "pool/layout.hpp"

namespace shmkit::pool {

/// Counts workers that died without a lease, since workers last did anything. Whoever kills at random hits
/// some; more of them have a reason that will not go away. A death in a chunk does not count: the retries of
/// the chunk bound those.
class VainDeaths {
 public:
  using Clock = std::chrono::steady_clock;

  explicit VainDeaths(PoolMemory pool) : pool_(pool) {}

  void add(std::uint64_t deaths, Clock::time_point now) noexcept;
  /// Forgets them all if a chunk was executed or a second has passed since.
  void refresh(Clock::time_point now) noexcept;

  bool any() const noexcept { return count_ > 0; }
  std::uint64_t excess() const noexcept;  ///< Beyond what is bearable; 0: all is well.

 private:
  PoolMemory pool_;
  std::uint64_t count_ = 0;
  std::uint64_t executed_ = 0;
  Clock::time_point last_{};
};

}  // namespace shmkit::pool
