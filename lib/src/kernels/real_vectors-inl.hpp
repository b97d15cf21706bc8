// Vectors of doubles from elements of any real type but long double, and their exact sums. For the files that
// are compiled once for every instruction set, each of which includes this anew: hence no #pragma once.
#if defined(SHMKIT_KERNELS_REAL_VECTORS_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef SHMKIT_KERNELS_REAL_VECTORS_INL
#undef SHMKIT_KERNELS_REAL_VECTORS_INL
#else
#define SHMKIT_KERNELS_REAL_VECTORS_INL
#endif

#include <hwy/highway.h>

#include <shmkit/float16.hpp>

HWY_BEFORE_NAMESPACE();
namespace shmkit::kernel::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

template <class D>
HWY_INLINE auto load(D d, const double* from) {
  return hn::LoadU(d, from);
}

template <class D>
HWY_INLINE auto load(D d, const float* from) {
  return hn::PromoteTo(d, hn::LoadU(hn::Rebind<float, D>(), from));
}

// Highway's own conversion takes the infinities for numbers on processors without F16C.
template <class D>
HWY_INLINE auto load(D d, const float16* from) {
  const hn::Rebind<float, D> df;
  const hn::Rebind<std::uint32_t, D> du;
  const hn::Rebind<std::uint16_t, D> dh;
  const auto bits = hn::PromoteTo(du, hn::LoadU(dh, reinterpret_cast<const std::uint16_t*>(from)));
  const auto shifted = hn::ShiftLeft<13>(hn::And(bits, hn::Set(du, 0x7FFF)));
  const auto magnitude = hn::BitCast(du, hn::Mul(hn::BitCast(df, shifted), hn::Set(df, 0x1p112F)));
  const auto infinite = hn::Gt(shifted, hn::Set(du, 0x0F7FFFFF));
  const auto fixed = hn::Or(magnitude, hn::IfThenElseZero(infinite, hn::Set(du, 0x7F800000)));
  const auto sign = hn::ShiftLeft<16>(hn::And(bits, hn::Set(du, 0x8000)));
  return hn::PromoteTo(d, hn::BitCast(df, hn::Or(fixed, sign)));
}

// a + b, and in `error` what rounding took from it: exact unless something overflows (D. E. Knuth).
template <class V>
HWY_INLINE V two_sum(V a, V b, V& error) {
  const V sum = hn::Add(a, b);
  const V moved = hn::Sub(sum, a);
  error = hn::Add(hn::Sub(a, hn::Sub(sum, moved)), hn::Sub(b, moved));
  return sum;
}

}  // namespace
}  // namespace shmkit::kernel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
