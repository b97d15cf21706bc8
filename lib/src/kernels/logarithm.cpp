#include "kernels/logarithm.hpp"

#include <cstdint>
#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/logarithm.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include "kernels/each_vector-inl.hpp"

// x = 2^k (1 + f) with 1 + f between sqrt(1/2) and sqrt(2), so that ln x = k ln 2 + ln(1 + f).
//
// float64: with s = f / (2 + f), ln(1 + f) = 2 artanh s, and s f = f^2/2 - s f^2/2 make of it
// f - f^2/2 + s (f^2/2 + s^2 Q(s^2)), whose rounding errors are those of small terms: the method of K. C. Ng
// in Sun's fdlibm (e_log.c). Other than there, k ln 2 + f is not rounded: D. E. Knuth's fast two-sum keeps
// the rest. Q(z) = (2 artanh(sqrt z) / sqrt z - 2) / z.
//
// float32, in double: ln(1 + f) = f + f^2 R(f), with a polynomial R, which needs no division.
//
// Q and R are the polynomials that equal their functions at the Chebyshev points of their intervals;
// scripts/polynomials.py computes them and the constants.
HWY_BEFORE_NAMESPACE();
namespace shmkit::kernel::HWY_NAMESPACE {
namespace {

constexpr std::uint64_t kOne = 0x3FF0000000000000;       // The bits of 1,
constexpr std::uint64_t kRootHalf = 0x3FE6A09E667F3BCD;  // and of sqrt(1/2).
constexpr double kInfinity = std::numeric_limits<double>::infinity();

// x = 2^k (1 + f) if x is normal and positive. Of all other x, k is -1022 or less or 1024 or more.
template <class D, class V>
HWY_INLINE void take_apart(D d, V x, V& f, V& k) {
  constexpr std::uint64_t kMantissa = 0x000FFFFFFFFFFFFF;
  constexpr std::uint64_t kTwo52 = 0x4330000000000000;  // The bits of 2^52.
  const hn::RebindToUnsigned<D> du;
  const auto moved = hn::Add(hn::BitCast(du, x), hn::Set(du, kOne - kRootHalf));
  const auto biased = hn::Or(hn::ShiftRight<52>(moved), hn::Set(du, kTwo52));
  const auto rest = hn::Add(hn::And(moved, hn::Set(du, kMantissa)), hn::Set(du, kRootHalf));
  f = hn::Sub(hn::BitCast(d, rest), hn::Set(d, 1.0));
  k = hn::Sub(hn::BitCast(d, biased), hn::Set(d, 0x1p52 + 1023));
}

// What the formulas do not give: ln of 0, of what is negative, of NaN, and of infinity.
template <class D, class V>
HWY_INLINE V with_special_values(D d, V x, V logarithm) {
  const auto zero = hn::Zero(d);
  auto result = hn::IfThenElse(hn::Lt(x, hn::Set(d, kInfinity)), logarithm, x);
  result = hn::IfThenElse(hn::Eq(x, zero), hn::Set(d, -kInfinity), result);
  return hn::IfThenElse(hn::Lt(x, zero), hn::Set(d, std::numeric_limits<double>::quiet_NaN()), result);
}

struct Logarithm64 {
  static constexpr double kLeast = std::numeric_limits<double>::min();

  // f, s and k. Some x are called unusual that would do.
  template <class D, class V>
  HWY_INLINE auto split(D d, V x, V& f, V& s, V& k) const {
    take_apart(d, x, f, k);
    s = hn::Div(f, hn::Add(hn::Set(d, 2.0), f));
    return hn::Lt(hn::Abs(k), hn::Set(d, 1022.0));
  }

  // f - ln(1 + f)
  template <class D, class V>
  HWY_INLINE V approximate(D d, V f, V s) const {
    constexpr double kQ[] = {0x1.5555555555558p-1, 0x1.99999999952e2p-2, 0x1.2492492df14bcp-2,
                             0x1.c71c62e57c3c4p-3, 0x1.7462b4ac441afp-3, 0x1.39fe604146b74p-3,
                             0x1.2b584c6b42d60p-3};
    const auto z = hn::Mul(s, s);
    const auto half_square = hn::Mul(hn::Mul(hn::Set(d, 0.5), f), f);
    const auto q = polynomial(d, z, hn::Mul(z, z), kQ);
    return fused(d, hn::Neg(s), fused(d, z, q, half_square), half_square);
  }

  template <class D, class V>
  HWY_INLINE V join(D d, V f, V p, V k) const {
    constexpr double kLn2High = 0x1.62e42feep-1;  // ln 2 to 32 bits: times k it is exact.
    constexpr double kLn2Low = 0x1.a39ef35793c76p-33;
    const auto high = hn::Mul(k, hn::Set(d, kLn2High));
    const auto sum = hn::Add(high, f);
    const auto rest = hn::Add(hn::Sub(high, sum), f);
    return hn::Add(sum, hn::Sub(fused(d, k, hn::Set(d, kLn2Low), rest), p));
  }

  template <class D, class V>
  HWY_INLINE V any_x(D d, V x) const {
    const auto subnormal = hn::Lt(x, hn::Set(d, kLeast));
    auto f = x;
    auto s = x;
    auto k = x;
    split(d, hn::IfThenElse(subnormal, hn::Mul(x, hn::Set(d, 0x1p54)), x), f, s, k);
    const auto exponent = hn::Sub(k, hn::IfThenElseZero(subnormal, hn::Set(d, 54.0)));
    return with_special_values(d, x, join(d, f, approximate(d, f, s), exponent));
  }
};

// In double: far more than a float needs. No float is subnormal in it.
struct Logarithm32 {
  // f, f^2 and k.
  template <class D, class V>
  HWY_INLINE auto split(D d, V x, V& f, V& f2, V& k) const {
    take_apart(d, x, f, k);
    f2 = hn::Mul(f, f);
    return hn::Lt(hn::Abs(k), hn::Set(d, 1022.0));
  }

  // ln(1 + f), to 29 bits.
  template <class D, class V>
  HWY_INLINE V approximate(D d, V f, V f2) const {
    constexpr double kR[] = {-0x1.fffffff64af1bp-2, 0x1.55554e429f458p-2,  -0x1.000007577eb75p-2,
                             0x1.99a12f5b901afp-3,  -0x1.5559e52b658c2p-3, 0x1.237a55ac3e893p-3,
                             -0x1.fcc1adf4b2462p-4, 0x1.e3d339845a55dp-4,  -0x1.d962f26d64f80p-4,
                             0x1.15425cbf25e47p-4};
    return fused(d, f2, polynomial(d, f, f2, kR), f);
  }

  template <class D, class V>
  HWY_INLINE V join(D d, V /*f*/, V p, V k) const {
    return fused(d, k, hn::Set(d, 0x1.62e42fefa39efp-1), p);
  }

  template <class D, class V>
  HWY_INLINE V any_x(D d, V x) const {
    auto f = x;
    auto f2 = x;
    auto k = x;
    split(d, x, f, f2, k);
    return with_special_values(d, x, join(d, f, approximate(d, f, f2), k));
  }
};

void logarithms64(const double* in, double* out, std::size_t count) {
  each_vector_staged(hn::ScalableTag<double>(), in, out, count, Logarithm64());
}

void logarithms32(const float* in, float* out, std::size_t count) {
  each_vector_staged(hn::ScalableTag<double>(), in, out, count, Logarithm32());
}

}  // namespace
}  // namespace shmkit::kernel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace shmkit::kernel {

HWY_EXPORT(logarithms64);
HWY_EXPORT(logarithms32);

void logarithms(const double* in, double* out, std::size_t count) noexcept {
  HWY_DYNAMIC_DISPATCH(logarithms64)(in, out, count);
}

void logarithms(const float* in, float* out, std::size_t count) noexcept {
  HWY_DYNAMIC_DISPATCH(logarithms32)(in, out, count);
}

}  // namespace shmkit::kernel
#endif
