#include "kernels/integer_sum.hpp"

#include <algorithm>

#include "kernels/order.hpp"
#include "kernels/prefetch.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/integer_sum.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

// Plain loops: integer sums may be reordered, so the compiler turns them into vectors of each target.
HWY_BEFORE_NAMESPACE();
namespace shmkit::kernel::HWY_NAMESPACE {
namespace {

// Small: the prefetches of a block come all at once.
template <Element T>
constexpr std::size_t kBlock = 2048 / sizeof(T);

// The sum of a block of elements of up to 16 bits fits 32 bits, of 32 bits fits 64.
template <Element T>
HWY_ATTR std::int64_t narrow_block(const Stored<T>* data, std::size_t count) {
  using Narrow = std::conditional_t<sizeof(T) <= 2, std::int32_t, std::int64_t>;
  Narrow sum = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if constexpr (std::is_same_v<T, bool>)
      sum += data[i] != 0 ? 1 : 0;
    else
      sum += Narrow{data[i]};
  }
  return sum;
}

// Halves are summed apart; flipping a signed number's top bit adds 2^63 to it and makes it unsigned.
template <Element T>
HWY_ATTR int128 wide_block(const T* data, std::size_t count) {
  constexpr std::uint64_t kFlip = std::is_signed_v<T> ? std::uint64_t{1} << 63U : 0;
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t bits = static_cast<std::uint64_t>(data[i]) ^ kFlip;
    low += bits & 0xFFFFFFFFU;
    high += bits >> 32U;
  }
  return int128{high} * (int128{1} << 32U) + int128{low} - int128{kFlip} * int128{count};
}

template <Element T>
HWY_ATTR int128 sum_typed(const Stored<T>* data, std::size_t count) {
  int128 sum = 0;
  for (std::size_t at = 0; at < count; at += kBlock<T>) {
    const std::size_t block = std::min(kBlock<T>, count - at);
    prefetch_ahead(data + at, block * sizeof(T));
    if constexpr (sizeof(T) == 8)
      sum += wide_block<T>(data + at, block);
    else
      sum += narrow_block<T>(data + at, block);
  }
  return sum;
}

int128 sum(Kind kind, const void* data, std::size_t count) {
  return visit_kind(kind, [&]<Element T>() HWY_ATTR -> int128 {
    if constexpr (std::is_integral_v<T>)
      return sum_typed<T>(static_cast<const Stored<T>*>(data), count);
    else
      return 0;
  });
}

}  // namespace
}  // namespace shmkit::kernel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace shmkit::kernel {

HWY_EXPORT(sum);

int128 sum_integers(Kind kind, const void* data, std::size_t count) noexcept {
  return HWY_DYNAMIC_DISPATCH(sum)(kind, data, count);
}

}  // namespace shmkit::kernel
#endif
