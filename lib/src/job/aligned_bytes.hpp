#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace shmkit::job {

/// Bytes of one's own, aligned for any vector.
class AlignedBytes {
 public:
  /// Throws std::bad_alloc.
  void resize(std::size_t bytes) { bytes_.resize(bytes + kAlign); }
  bool empty() const noexcept { return bytes_.empty(); }
  std::byte* data() noexcept {
    const auto at = reinterpret_cast<std::uintptr_t>(bytes_.data());
    return bytes_.data() + (kAlign - at % kAlign) % kAlign;
  }

 private:
  static constexpr std::size_t kAlign = 64;
  std::vector<std::byte> bytes_;
};

}  // namespace shmkit::job
