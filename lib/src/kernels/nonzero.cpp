#include "kernels/nonzero.hpp"

#include <algorithm>
#include <limits>
#include <type_traits>

#include "kernels/order.hpp"
#include "kernels/prefetch.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/nonzero.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace shmkit::kernel::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

// What elements of a size are compared as.
template <std::size_t Size>
using Lane =
    std::conditional_t<Size == 1, std::uint8_t,
                       std::conditional_t<Size == 2, std::uint16_t,
                                          std::conditional_t<Size == 4, std::uint32_t, std::uint64_t>>>;

// The bits that make an element other than zero: all but the signs of floating-point numbers.
template <Element T>
constexpr Lane<sizeof(T)> significant_bits() {
  constexpr auto kAll = std::numeric_limits<Lane<sizeof(T)>>::max();
  if constexpr (std::is_same_v<T, std::complex<float>>)
    return 0x7FFFFFFF'7FFFFFFF;
  else
    return kIsReal<T> ? kAll >> 1U : kAll;
}

template <class L>
HWY_ATTR std::size_t count_lanes(const L* data, std::size_t count, L significant) {
  const hn::ScalableTag<L> d;
  const std::size_t lanes = hn::Lanes(d);
  const auto mask = hn::Set(d, significant);
  const auto zeros = [&](std::size_t i) HWY_ATTR {
    return hn::CountTrue(d, hn::Eq(hn::And(hn::LoadU(d, data + i), mask), hn::Zero(d)));
  };
  std::size_t zero = 0;
  std::size_t i = 0;
  for (; i + 4 * lanes <= count; i += 4 * lanes) {
    prefetch_ahead(data + i, 4 * lanes * sizeof(L));
    zero += zeros(i) + zeros(i + lanes) + zeros(i + 2 * lanes) + zeros(i + 3 * lanes);
  }
  for (; i < count; ++i) zero += (data[i] & significant) == 0 ? 1 : 0;
  return count - zero;
}

// long double and complex128: no lanes as wide as they.
template <Element T>
HWY_ATTR std::size_t count_scalars(const T* data, std::size_t count) {
  std::size_t nonzero = 0;
  for (std::size_t i = 0; i < count; ++i) nonzero += data[i] != T{} ? 1 : 0;
  return nonzero;
}

std::size_t count_typed(Kind kind, const void* data, std::size_t count) {
  return visit_kind(kind, [&]<Element T>() HWY_ATTR {
    if constexpr (sizeof(T) == 16)
      return count_scalars(static_cast<const T*>(data), count);
    else
      return count_lanes(static_cast<const Lane<sizeof(T)>*>(data), count, significant_bits<T>());
  });
}

}  // namespace
}  // namespace shmkit::kernel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace shmkit::kernel {

HWY_EXPORT(count_typed);

std::size_t count_nonzeros(Kind kind, const void* data, std::size_t count) noexcept {
  return HWY_DYNAMIC_DISPATCH(count_typed)(kind, data, count);
}

}  // namespace shmkit::kernel
#endif
