#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace shmkit::pool {

/// Text in shared memory that one process may write while others read it: what they get may be a mixture of
/// two texts, but is never out of bounds. Whether it is whole, they learn elsewhere.
template <std::size_t Bytes>
class SharedText {
  static_assert(Bytes % 8 == 0);

 public:
  static constexpr std::size_t kBytes = Bytes;

  /// Cuts what does not fit.
  void put(std::string_view text) noexcept {
    const std::size_t size = std::min(text.size(), Bytes);
    for (std::size_t at = 0; at < size; at += 8) {
      std::uint64_t word = 0;
      std::memcpy(&word, text.data() + at, std::min<std::size_t>(8, size - at));
      words_[at / 8].store(word, std::memory_order_relaxed);
    }
    size_.store(static_cast<std::uint32_t>(size), std::memory_order_release);
  }

  std::string get() const {
    const std::size_t size = std::min<std::size_t>(size_.load(std::memory_order_acquire), Bytes);
    std::string text(size, '\0');
    for (std::size_t at = 0; at < size; at += 8) {
      const std::uint64_t word = words_[at / 8].load(std::memory_order_relaxed);
      std::memcpy(text.data() + at, &word, std::min<std::size_t>(8, size - at));
    }
    return text;
  }

 private:
  std::atomic<std::uint32_t> size_;
  std::array<std::atomic<std::uint64_t>, Bytes / 8> words_;
};

}  // namespace shmkit::pool
