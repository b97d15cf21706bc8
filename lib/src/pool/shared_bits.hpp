#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace shmkit::pool {

/// Plain bits in shared memory, written and read word by word. What is read may be a mixture of two writes:
/// the client slot says when it is whole.
template <class T>
class SharedBits {
  static_assert(std::is_trivially_copyable_v<T> && sizeof(T) % 8 == 0);

 public:
  // Release on every word: whoever meets a word of the next job also meets the slot that is not running.
  void write(const T& value) noexcept {
    for (std::size_t i = 0; i < kWords; ++i) {
      std::uint64_t word;
      std::memcpy(&word, reinterpret_cast<const std::byte*>(&value) + i * 8, 8);
      words_[i].store(word, std::memory_order_release);
    }
  }

  T read() const noexcept {
    T value;
    for (std::size_t i = 0; i < kWords; ++i) {
      const std::uint64_t word = words_[i].load(std::memory_order_acquire);
      std::memcpy(reinterpret_cast<std::byte*>(&value) + i * 8, &word, 8);
    }
    return value;
  }

 private:
  static constexpr std::size_t kWords = sizeof(T) / 8;
  std::array<std::atomic<std::uint64_t>, kWords> words_;
};

}  // namespace shmkit::pool
