#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace shmkit::kernel {

/// A sum of doubles that is never rounded.
///
/// A fixed-point number wide enough for every finite double: limb i counts units of 2^(32 i - 1074). Limbs
/// are 64 bits wide and 32 apart, so a billion additions fit before carries must move (the small
/// superaccumulator of R. M. Neal, "Fast exact summation using small and large superaccumulators", 2015).
///
/// Trivially copyable: it travels as a chunk's partial result. Fewer than 2^64 additions in all.
class ExactSum {
 public:
  /// Requires: finite.
  void add(double value) noexcept;
  void add(const ExactSum& other) noexcept;

  /// The sum, rounded once, to nearest, ties to even; infinity where that overflows; zero is +0.0.
  double round() const noexcept;

 private:
  static constexpr std::size_t kLimbs = 68;  // (1074 + 1024 + 64 bits of additions) / 32
  static constexpr std::uint64_t kMaxPending = 1U << 30U;

  void count_addition() noexcept;
  void carry() noexcept;
  double round_magnitude() const noexcept;

  std::array<std::int64_t, kLimbs> limbs_{};
  std::uint64_t pending_ = 0;  // Additions since carry().
};

}  // namespace shmkit::kernel
