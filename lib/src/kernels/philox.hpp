#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace shmkit::kernel {

/// Philox4x32-10, a counter-based random number generator: a bijection of 128-bit counters, one for each key.
/// J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC'11.
struct Philox {
  using Counter = std::array<std::uint32_t, 4>;
  using Key = std::array<std::uint32_t, 2>;

  static constexpr int kRounds = 10;
  static constexpr std::uint32_t kMultiplier0 = 0xD2511F53;
  static constexpr std::uint32_t kMultiplier1 = 0xCD9E8D57;
  static constexpr std::uint32_t kWeyl0 = 0x9E3779B9;
  static constexpr std::uint32_t kWeyl1 = 0xBB67AE85;

  static constexpr Counter block(Counter c, Key key) noexcept {
    for (int round = 0; round < kRounds; ++round) {
      const std::uint64_t product0 = std::uint64_t{kMultiplier0} * c[0];
      const std::uint64_t product1 = std::uint64_t{kMultiplier1} * c[2];
      c = {static_cast<std::uint32_t>(product1 >> 32U) ^ c[1] ^ key[0], static_cast<std::uint32_t>(product1),
           static_cast<std::uint32_t>(product0 >> 32U) ^ c[3] ^ key[1], static_cast<std::uint32_t>(product0)};
      key = {key[0] + kWeyl0, key[1] + kWeyl1};
    }
    return c;
  }
};

/// Writes blocks `first` .. `first + count - 1` of the stream of `seed`, 16 bytes each, with the processor's
/// vectors. Block b is that of the counter (b's low word, b's high word, 0, 0) and the key (seed's low word,
/// seed's high word); its four words are written as two numbers, the earlier word low.
void philox_blocks(std::uint64_t seed, std::uint64_t first, std::size_t count, std::uint64_t* out) noexcept;

}  // namespace shmkit::kernel
