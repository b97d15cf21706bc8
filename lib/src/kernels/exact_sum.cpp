#include "kernels/exact_sum.hpp"

#include <bit>
#include <cmath>
#include <limits>

namespace shmkit::kernel {
namespace {

constexpr std::uint64_t kLow32 = 0xFFFFFFFFU;

}  // namespace

void ExactSum::add(double value) noexcept {
  const auto bits = std::bit_cast<std::uint64_t>(value);
  const std::uint64_t exponent = (bits >> 52U) & 0x7FFU;
  const std::uint64_t fraction = bits & ((std::uint64_t{1} << 52U) - 1);
  const std::uint64_t mantissa = exponent == 0 ? fraction : fraction | std::uint64_t{1} << 52U;
  const std::uint64_t position = exponent == 0 ? 0 : exponent - 1;  // Of the lowest bit, above 2^-1074.

  const std::uint64_t shift = position % 32;
  const std::uint64_t low = (mantissa & kLow32) << shift;
  const std::uint64_t high = (mantissa >> 32U) << shift;
  const std::int64_t negate = -static_cast<std::int64_t>(bits >> 63U);  // -1 or 0: (x ^ n) - n is x or -x.
  const auto apply = [&](std::size_t limb, std::uint64_t amount) {
    limbs_[limb] += (static_cast<std::int64_t>(amount) ^ negate) - negate;
  };
  const std::size_t limb = position / 32;
  apply(limb, low & kLow32);
  apply(limb + 1, (low >> 32U) + (high & kLow32));
  apply(limb + 2, high >> 32U);
  count_addition();
}

void ExactSum::add(const ExactSum& other) noexcept {
  ExactSum carried = other;
  carried.carry();
  for (std::size_t i = 0; i < kLimbs; ++i) limbs_[i] += carried.limbs_[i];
  count_addition();
}

void ExactSum::count_addition() noexcept {
  if (++pending_ == kMaxPending) carry();
}

// Afterwards all limbs but the last are in [0, 2^32), and the last has the sign of the sum.
void ExactSum::carry() noexcept {
  std::int64_t over = 0;
  for (std::size_t i = 0; i + 1 < kLimbs; ++i) {
    const std::int64_t limb = limbs_[i] + over;
    limbs_[i] = limb & static_cast<std::int64_t>(kLow32);
    over = limb >> 32U;
  }
  limbs_.back() += over;
  pending_ = 0;
}

double ExactSum::round() const noexcept {
  ExactSum magnitude = *this;
  magnitude.carry();
  const bool negative = magnitude.limbs_.back() < 0;
  if (negative) {
    for (std::int64_t& limb : magnitude.limbs_) limb = -limb;
    magnitude.carry();
  }
  return negative ? -magnitude.round_magnitude() : magnitude.round_magnitude();
}

// The 64 leading bits, the last of them also standing for everything below, are rounded by the conversion to
// double. Results below 2^-1022 have fewer than 53 bits and are exact, so ldexp() never rounds.
double ExactSum::round_magnitude() const noexcept {
  if (limbs_.back() != 0) return std::numeric_limits<double>::infinity();  // At least 2^1070.
  int top = static_cast<int>(kLimbs) - 2;
  while (top > 0 && limbs_[static_cast<std::size_t>(top)] == 0) --top;
  const auto limb = [&](int i) {
    return i < 0 ? std::uint64_t{0} : static_cast<std::uint64_t>(limbs_[static_cast<std::size_t>(i)]);
  };
  if (limb(top) == 0) return 0;

  const std::uint64_t head = limb(top) << 32U | limb(top - 1);
  const int zeros = std::countl_zero(head);
  const std::uint64_t next = limb(top - 2) << static_cast<unsigned>(zeros);
  bool rest = (next & kLow32) != 0;
  for (int i = top - 3; i >= 0 && !rest; --i) rest = limb(i) != 0;
  const std::uint64_t leading = head << static_cast<unsigned>(zeros) | next >> 32U | (rest ? 1U : 0U);
  return std::ldexp(static_cast<double>(leading), 32 * (top - 1) - zeros - 1074);
}

}  // namespace shmkit::kernel
