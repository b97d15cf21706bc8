#pragma once

#include <cstdint>

namespace shmkit::job {

/// How `size` elements are cut into `chunks` ranges of nearly equal length, by these two numbers alone:
/// chunk c begins at floor(size * c / chunks).
class Partition {
 public:
  Partition() noexcept : Partition(0, 1) {}
  /// Requires: 1 <= chunks < 2^32.
  Partition(std::uint64_t size, std::uint64_t chunks) noexcept
      : size_(size), chunks_(chunks), length_(size / chunks), rest_(size % chunks) {}

  std::uint64_t size() const noexcept { return size_; }
  std::uint64_t chunks() const noexcept { return chunks_; }

  /// First element of a chunk; begin(chunks) is size. Nothing overflows: rest < chunks < 2^32.
  std::uint64_t begin(std::uint64_t chunk) const noexcept {
    return length_ * chunk + (rest_ == 0 ? 0 : rest_ * chunk / chunks_);
  }

 private:
  std::uint64_t size_;
  std::uint64_t chunks_;
  std::uint64_t length_;
  std::uint64_t rest_;
};

}  // namespace shmkit::job
