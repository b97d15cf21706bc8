#include "npy/byteswap.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace shmkit::npy {
namespace {

// The compilers' builtins: std::byteswap is C++23, and a loop over them becomes vector shuffles.
std::uint16_t swapped(std::uint16_t value) { return __builtin_bswap16(value); }
std::uint32_t swapped(std::uint32_t value) { return __builtin_bswap32(value); }
std::uint64_t swapped(std::uint64_t value) { return __builtin_bswap64(value); }

template <class Word>
void swap_words(std::span<std::byte> bytes) noexcept {
  for (std::size_t i = 0; i < bytes.size(); i += sizeof(Word)) {
    Word word;
    std::memcpy(&word, &bytes[i], sizeof(Word));
    word = swapped(word);
    std::memcpy(&bytes[i], &word, sizeof(Word));
  }
}

}  // namespace

void swap_bytes(std::span<std::byte> bytes, std::size_t unit) noexcept {
  switch (unit) {
    case 1:
      return;
    case 2:
      return swap_words<std::uint16_t>(bytes);
    case 4:
      return swap_words<std::uint32_t>(bytes);
    case 8:
      return swap_words<std::uint64_t>(bytes);
    default:
      for (; !bytes.empty(); bytes = bytes.subspan(unit)) std::ranges::reverse(bytes.first(unit));
  }
}

}  // namespace shmkit::npy
