#pragma once

#include <cstdint>

#include <shmkit/npy.hpp>

namespace shmkit::npy {

/// Counts the bytes of a transfer and reports them: at the start, every 16 MiB, at the end, and when asked
/// to.
class Meter {
 public:
  /// `progress` must outlive this; it may be empty.
  explicit Meter(const Progress& progress) : progress_(progress) {}

  void start(std::uint64_t total) {
    total_ = total;
    report();
  }

  void add(std::uint64_t bytes) {
    done_ += bytes;
    if (done_ - reported_ >= kStep || (done_ == total_ && done_ != reported_)) report();
  }

  /// Also the place where a signal's effect is noticed: progress may throw.
  void report() {
    reported_ = done_;
    if (progress_) progress_(done_, total_);
  }

 private:
  static constexpr std::uint64_t kStep = 16U << 20U;

  const Progress& progress_;
  std::uint64_t done_ = 0;
  std::uint64_t total_ = 0;
  std::uint64_t reported_ = 0;
};

}  // namespace shmkit::npy
