#include "kernels/extreme_scan.hpp"

#include <bit>
#include <cstring>
#include <limits>

#include "kernels/prefetch.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/extreme_scan.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace shmkit::kernel::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

// float16 travels as its sort key, bool as a byte.
template <Element T>
using Lane = std::conditional_t<std::is_same_v<T, float16>, std::int16_t, Stored<T>>;

template <Sense S, class V>
HWY_INLINE V further(V a, V b) {
  if constexpr (S == Sense::max)
    return hn::Max(a, b);
  else
    return hn::Min(a, b);
}

// Max() may do with NaN and with the two zeros what it likes: NaN is looked for apart, and so is a zero's
// sign. Not by Ne(x, x): on AVX that is false for NaN.
template <Element T, class D, class V>
HWY_INLINE auto number_mask(D d, V raw) {
  if constexpr (std::is_floating_point_v<T>)
    return hn::Eq(raw, raw);
  else
    return hn::Lt(hn::And(raw, hn::Set(d, Lane<T>{0x7FFF})), hn::Set(d, Lane<T>{0x7C01}));
}

template <Element T, class D, class V>
HWY_INLINE V to_order(D d, V raw) {
  if constexpr (std::is_same_v<T, float16>) {
    return hn::Xor(raw, hn::And(hn::ShiftRight<15>(raw), hn::Set(d, Lane<T>{0x7FFF})));
  } else if constexpr (std::is_same_v<T, bool>) {
    return hn::Min(raw, hn::Set(d, Lane<T>{1}));
  } else {
    return raw;
  }
}

template <Element T>
struct Scan {
  Lane<T> value;
  bool nan;
};

template <Sense S, Element T>
HWY_ATTR Lane<T> furthest_lane(const Lane<T>* lanes, std::size_t count) {
  Lane<T> value = lanes[0];
  for (std::size_t i = 1; i < count; ++i) {
    if (S == Sense::max ? lanes[i] > value : lanes[i] < value) value = lanes[i];
  }
  return value;
}

template <Sense S, Element T, class D, class V, class M>
HWY_INLINE void take(D d, const Lane<T>* from, V& furthest, M& numbers) {
  const auto raw = hn::LoadU(d, from);
  furthest = further<S>(furthest, to_order<T>(d, raw));
  if constexpr (kIsReal<T>) numbers = hn::And(numbers, number_mask<T>(d, raw));
}

// Requires: count is at least the number of lanes. The last vectors overlap others, which no extreme minds.
template <Sense S, Element T>
HWY_ATTR Scan<T> scan_vectors(const Lane<T>* data, std::size_t count) {
  const hn::ScalableTag<Lane<T>> d;
  const std::size_t lanes = hn::Lanes(d);
  auto v0 = to_order<T>(d, hn::LoadU(d, data));
  auto v1 = v0;
  auto v2 = v0;
  auto v3 = v0;
  auto numbers = hn::Eq(v0, v0);
  if constexpr (kIsReal<T>) numbers = number_mask<T>(d, hn::LoadU(d, data));
  std::size_t i = 0;
  for (; i + 4 * lanes <= count; i += 4 * lanes) {
    prefetch_ahead(data + i, 4 * lanes * sizeof(Lane<T>));
    take<S, T>(d, data + i, v0, numbers);
    take<S, T>(d, data + i + lanes, v1, numbers);
    take<S, T>(d, data + i + 2 * lanes, v2, numbers);
    take<S, T>(d, data + i + 3 * lanes, v3, numbers);
  }
  for (; i + lanes <= count; i += lanes) take<S, T>(d, data + i, v0, numbers);
  take<S, T>(d, data + count - lanes, v1, numbers);

  HWY_ALIGN Lane<T> folded[hn::MaxLanes(hn::ScalableTag<Lane<T>>())];
  hn::Store(further<S>(further<S>(v0, v1), further<S>(v2, v3)), d, folded);
  return {furthest_lane<S, T>(folded, lanes), !hn::AllTrue(d, numbers)};
}

template <Sense S, Element T>
HWY_ATTR Scan<T> scan_lanes(const Lane<T>* data, std::size_t count) {
  const std::size_t lanes = hn::Lanes(hn::ScalableTag<Lane<T>>());
  if (count >= lanes) return scan_vectors<S, T>(data, count);
  Lane<T> padded[hn::MaxLanes(hn::ScalableTag<Lane<T>>())];
  for (std::size_t i = 0; i < lanes; ++i) padded[i] = data[i < count ? i : 0];
  return scan_vectors<S, T>(padded, lanes);
}

// Without an early exit, so that it becomes vector code.
template <class T>
HWY_ATTR bool contains_bits(const T* data, std::size_t count, T wanted) {
  using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
  const Bits bits = std::bit_cast<Bits>(wanted);
  Bits found = 0;
  for (std::size_t i = 0; i < count; ++i) found |= std::bit_cast<Bits>(data[i]) == bits ? Bits{1} : Bits{0};
  return found != 0;
}

template <Sense S, Element T>
HWY_ATTR T scan_float(const T* data, std::size_t count) {
  const auto scan = scan_lanes<S, T>(data, count);
  if (scan.nan) return std::numeric_limits<T>::quiet_NaN();
  if (scan.value != 0) return scan.value;
  const T preferred = S == Sense::max ? T{0} : -T{0};
  return contains_bits(data, count, preferred) ? preferred : -preferred;
}

template <Sense S>
HWY_ATTR float16 scan_float16(const float16* data, std::size_t count) {
  const auto scan = scan_lanes<S, float16>(reinterpret_cast<const std::int16_t*>(data), count);
  float16 result;
  result.bits = static_cast<std::uint16_t>(scan.value);
  result.bits = static_cast<std::uint16_t>(sort_key(result));  // The key's key is the value.
  if (scan.nan) result.bits = 0x7E00;
  return result;
}

// A quick way to skip most elements. Never true for a NaN.
template <Sense S, Element T>
HWY_INLINE bool is_surely_worse(T x, T best) {
  const auto behind = [](auto a, auto b) { return S == Sense::max ? a < b : a > b; };
  if constexpr (kIsComplex<T>)
    return behind(x.real(), best.real()) && x.imag() == x.imag();
  else
    return behind(x, best);
}

// long double and complex: no vectors for them.
template <Sense S, Element T>
HWY_ATTR T scan_scalars(const T* data, std::size_t count) {
  T best = data[0];
  for (std::size_t i = 1; i < count && !is_nan<T>(best); ++i) {
    if (!is_surely_worse<S, T>(data[i], best)) best = merge<S, T>(best, data[i]);
  }
  if constexpr (kIsReal<T>)
    return is_nan<T>(best) ? std::numeric_limits<T>::quiet_NaN() : best;
  else
    return best;
}

template <Sense S, Element T>
HWY_ATTR Stored<T> scan_typed(const Stored<T>* data, std::size_t count) {
  if constexpr (kIsComplex<T> || std::is_same_v<T, long double>)
    return scan_scalars<S, T>(data, count);
  else if constexpr (std::is_same_v<T, float16>)
    return scan_float16<S>(data, count);
  else if constexpr (std::is_floating_point_v<T>)
    return scan_float<S, T>(data, count);
  else
    return scan_lanes<S, T>(data, count).value;
}

void scan(Kind kind, Sense sense, const void* data, std::size_t count, void* result) {
  visit_kind(kind, [&]<Element T>() HWY_ATTR {
    const auto* elements = static_cast<const Stored<T>*>(data);
    const auto value = sense == Sense::max ? scan_typed<Sense::max, T>(elements, count)
                                           : scan_typed<Sense::min, T>(elements, count);
    std::memcpy(result, &value, sizeof value);
  });
}

}  // namespace
}  // namespace shmkit::kernel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace shmkit::kernel {

HWY_EXPORT(scan);

void scan_extreme(Kind kind, Sense sense, const void* data, std::size_t count, void* result) noexcept {
  HWY_DYNAMIC_DISPATCH(scan)(kind, sense, data, count, result);
}

}  // namespace shmkit::kernel
#endif
