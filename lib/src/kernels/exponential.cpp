#include "kernels/exponential.hpp"

#include <cstdint>
#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/exponential.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include "kernels/each_vector-inl.hpp"

// e^x = 2^(k/8) e^r, with k the integer nearest to 8 x / ln 2, and |r| <= ln 2 / 16. The method is that of
// P. T. P. Tang, "Table-driven implementation of the exponential function in IEEE floating-point arithmetic",
// ACM TOMS 15 (1989) 144-157, with 8 table entries, which fit in one vector of AVX-512. float32 is computed
// in double, which needs no table.
//
// e^r = 1 + r + r^2 q(r). The coefficients of q are those of the polynomial that equals (e^r - 1 - r) / r^2
// at the Chebyshev points of the interval; scripts/polynomials.py computes them and the constants.
HWY_BEFORE_NAMESPACE();
namespace shmkit::kernel::HWY_NAMESPACE {
namespace {

// Added to a number, it rounds to an integer, which is then in the low bits of the sum.
constexpr double kToInteger = 0x1.8p52;

// 2^(j/8), rounded to double, and what rounding took from it.
constexpr std::size_t kSteps = 8;
HWY_ALIGN constexpr double kPowers[kSteps] = {
    0x1.0000000000000p+0, 0x1.172b83c7d517bp+0, 0x1.306fe0a31b715p+0, 0x1.4bfdad5362a27p+0,
    0x1.6a09e667f3bcdp+0, 0x1.8ace5422aa0dbp+0, 0x1.ae89f995ad3adp+0, 0x1.d5818dcfba487p+0};
HWY_ALIGN constexpr double kPowerTails[kSteps] = {0x0.0p+0,
                                                  -0x1.19041b9d78a76p-55,
                                                  0x1.6f46ad23182e4p-55,
                                                  0x1.d4397afec42e2p-56,
                                                  -0x1.bdd3413b26456p-54,
                                                  0x1.6e9f156864b27p-54,
                                                  0x1.7a1cd345dcc81p-54,
                                                  0x1.2ed02d75b3707p-55};

template <class D, class I>
HWY_INLINE auto look_up(D d, const double* table, I index) {
  if constexpr (hn::MaxLanes(D()) == kSteps)
    return hn::TableLookupLanes(hn::Load(d, table), hn::IndicesFromVec(d, index));
  else
    return hn::GatherIndex(d, table, index);
}

struct Exponential64 {
  // x = k ln 2 / 8 + r: r, r^2, and what has k in its low bits. Usual: the result is a normal number.
  template <class D, class V>
  HWY_INLINE auto split(D d, V x, V& r, V& r2, V& shifted) const {
    constexpr double kInverse = 0x1.71547652b82fep+3;  // 8 / ln 2
    constexpr double kStepHigh = 0x1.62e42feep-4;      // ln 2 / 8 to 32 bits: times k it is exact.
    constexpr double kStepLow = 0x1.a39ef35793c76p-36;
    shifted = fused(d, x, hn::Set(d, kInverse), hn::Set(d, kToInteger));
    const auto minus_k = hn::Sub(hn::Set(d, kToInteger), shifted);
    r = fused(d, minus_k, hn::Set(d, kStepLow), fused(d, minus_k, hn::Set(d, kStepHigh), x));
    r2 = hn::Mul(r, r);
    return hn::Lt(hn::Abs(x), hn::Set(d, 708.0));
  }

  // e^r - 1
  template <class D, class V>
  HWY_INLINE V approximate(D d, V r, V r2) const {
    constexpr double kQ[] = {0x1.000000000002ep-1, 0x1.555555555556ap-3,  0x1.5555554e945c0p-5,
                             0x1.1111110e10a35p-7, 0x1.6c1b70f4cae2ep-10, 0x1.a01e2bdf9010cp-13};
    return fused(d, r2, polynomial(d, r, r2, kQ), r);
  }

  // 2^((k mod 8) / 8) e^r, in (0.95, 2).
  template <class D, class V>
  HWY_INLINE V significand(D d, V p, V shifted) const {
    const hn::RebindToSigned<D> di;
    const auto index = hn::And(hn::BitCast(di, shifted), hn::Set(di, kSteps - 1));
    const auto power = look_up(d, kPowers, index);
    const auto tail = look_up(d, kPowerTails, index);
    return hn::Add(power, fused(d, power, p, tail));
  }

  template <class D, class V>
  HWY_INLINE V join(D d, V /*r*/, V p, V shifted) const {
    const hn::RebindToUnsigned<D> du;
    const auto exponent = hn::ShiftLeft<52>(hn::ShiftRight<3>(hn::BitCast(du, shifted)));
    return hn::BitCast(d, hn::Add(hn::BitCast(du, significand(d, p, shifted)), exponent));
  }

  // With two powers of two, the second of which rounds where the result is subnormal, or overflows.
  template <class D, class V>
  HWY_INLINE V any_x(D d, V x) const {
    constexpr std::uint64_t kBias = 1023;
    constexpr std::uint64_t kZero = 0x4338000000000000;  // The bits of kToInteger.
    const hn::RebindToUnsigned<D> du;
    auto r = x;
    auto r2 = x;
    auto shifted = x;
    split(d, hn::Min(hn::Max(x, hn::Set(d, -746.0)), hn::Set(d, 710.0)), r, r2, shifted);
    const auto value = significand(d, approximate(d, r, r2), shifted);
    const auto sum =
        hn::ShiftRight<3>(hn::Sub(hn::BitCast(du, shifted), hn::Set(du, kZero - 2 * kBias * kSteps)));
    const auto first = hn::ShiftRight<1>(sum);
    const auto scaled = hn::Mul(value, hn::BitCast(d, hn::ShiftLeft<52>(first)));
    const auto result = hn::Mul(scaled, hn::BitCast(d, hn::ShiftLeft<52>(hn::Sub(sum, first))));
    return hn::IfThenElse(hn::Eq(x, x), result, x);
  }
};

// In double: far more than a float needs. No float's result is subnormal in it.
struct Exponential32 {
  // x = k ln 2 + r: r, r^2, and what has k in its low bits. Usual: so is the result, as a double.
  template <class D, class V>
  HWY_INLINE auto split(D d, V x, V& r, V& r2, V& shifted) const {
    constexpr double kInverse = 0x1.71547652b82fep+0;  // 1 / ln 2
    constexpr double kLn2 = 0x1.62e42fefa39efp-1;
    shifted = fused(d, x, hn::Set(d, kInverse), hn::Set(d, kToInteger));
    r = fused(d, hn::Sub(hn::Set(d, kToInteger), shifted), hn::Set(d, kLn2), x);
    r2 = hn::Mul(r, r);
    return hn::Lt(hn::Abs(x), hn::Set(d, 700.0));
  }

  // e^r, to 32 bits.
  template <class D, class V>
  HWY_INLINE V approximate(D d, V r, V r2) const {
    constexpr double kQ[] = {0x1.0000000b8f670p-1, 0x1.5555555a78251p-3,  0x1.5554e91133b7ep-5,
                             0x1.1110e0f71a4a5p-7, 0x1.6d43152a5e20ap-10, 0x1.a124e412bb9cfp-13};
    return hn::Add(hn::Set(d, 1.0), fused(d, r2, polynomial(d, r, r2, kQ), r));
  }

  template <class D, class V>
  HWY_INLINE V join(D d, V /*r*/, V value, V shifted) const {
    const hn::RebindToUnsigned<D> du;
    const auto exponent = hn::ShiftLeft<52>(hn::BitCast(du, shifted));
    return hn::BitCast(d, hn::Add(hn::BitCast(du, value), exponent));
  }

  template <class D, class V>
  HWY_INLINE V any_x(D d, V x) const {
    auto r = x;
    auto r2 = x;
    auto shifted = x;
    split(d, hn::Min(hn::Max(x, hn::Set(d, -104.0)), hn::Set(d, 89.0)), r, r2, shifted);
    return hn::IfThenElse(hn::Eq(x, x), join(d, r, approximate(d, r, r2), shifted), x);
  }
};

void exponentials64(const double* in, double* out, std::size_t count) {
  each_vector_staged(hn::ScalableTag<double>(), in, out, count, Exponential64());
}

void exponentials32(const float* in, float* out, std::size_t count) {
  each_vector_staged(hn::ScalableTag<double>(), in, out, count, Exponential32());
}

}  // namespace
}  // namespace shmkit::kernel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace shmkit::kernel {

HWY_EXPORT(exponentials64);
HWY_EXPORT(exponentials32);

void exponentials(const double* in, double* out, std::size_t count) noexcept {
  HWY_DYNAMIC_DISPATCH(exponentials64)(in, out, count);
}

void exponentials(const float* in, float* out, std::size_t count) noexcept {
  HWY_DYNAMIC_DISPATCH(exponentials32)(in, out, count);
}

}  // namespace shmkit::kernel
#endif
