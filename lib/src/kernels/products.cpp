#include "kernels/products.hpp"

#include <algorithm>
#include <limits>

#include "kernels/order.hpp"
#include "kernels/prefetch.hpp"
#include "kernels/real_blocks.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/products.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include "kernels/real_vectors-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace shmkit::kernel::HWY_NAMESPACE {
namespace {

// At most a quarter of the virtual lanes: four vectors are in flight.
using Doubles = hn::CappedTag<double, ProductLanes::kLanes / 4>;

// Multiplies the mantissa of x to one and adds its exponent, with its bias, to the other.
template <class V, class E>
HWY_INLINE void multiply(V x, V& mantissa, E& exponent) {
  const Doubles d;
  const hn::RebindToUnsigned<Doubles> du;
  const auto bits = hn::BitCast(du, x);
  const auto sign_and_fraction = hn::And(bits, hn::Set(du, 0x800FFFFF'FFFFFFFFU));
  mantissa = hn::Mul(mantissa, hn::BitCast(d, hn::Or(sign_and_fraction, hn::Set(du, 0x3FF00000'00000000U))));
  exponent = hn::Add(exponent, hn::ShiftRight<53>(hn::Add(bits, bits)));
}

// What has a mantissa and an exponent.
template <class V>
HWY_INLINE auto is_normal(V x) {
  const Doubles d;
  const auto size = hn::Abs(x);
  return hn::And(hn::Ge(size, hn::Set(d, std::numeric_limits<double>::min())),
                 hn::Le(size, hn::Set(d, std::numeric_limits<double>::max())));
}

template <class V, class E>
HWY_INLINE void store(V mantissa, E exponent, std::size_t rows, ProductLanes& lanes, std::size_t at) {
  const Doubles d;
  const hn::RebindToUnsigned<Doubles> du;
  auto one = hn::Set(d, 1.0);
  multiply(mantissa, one, exponent);
  const auto bias = hn::Set(du, std::uint64_t{1023} * (rows + 1));
  hn::Store(one, d, lanes.mantissa + at);
  hn::Store(hn::Sub(exponent, bias), du, lanes.exponent + at);
}

// True if all elements are normal numbers; else the lanes are of no use any more. At most kBlockRows: no
// product of mantissas gets near the largest double.
template <class T>
HWY_ATTR bool multiply_rows(const T* data, std::size_t rows, ProductLanes& lanes) {
  const Doubles d;
  const hn::RebindToUnsigned<Doubles> du;
  const std::size_t n = hn::Lanes(d);
  bool normal = true;
  for (std::size_t at = 0; at < ProductLanes::kLanes; at += 4 * n) {
    double* const mantissa = lanes.mantissa + at;
    std::uint64_t* const exponent = lanes.exponent + at;
    auto m0 = hn::Load(d, mantissa), m1 = hn::Load(d, mantissa + n);
    auto m2 = hn::Load(d, mantissa + 2 * n), m3 = hn::Load(d, mantissa + 3 * n);
    auto e0 = hn::Load(du, exponent), e1 = hn::Load(du, exponent + n);
    auto e2 = hn::Load(du, exponent + 2 * n), e3 = hn::Load(du, exponent + 3 * n);
    auto good = hn::Eq(hn::Zero(d), hn::Zero(d));
    const T* from = data + at;
    for (std::size_t row = 0; row < rows; ++row, from += ProductLanes::kLanes) {
      if (at == 0) prefetch_ahead(from, ProductLanes::kLanes * sizeof(T));
      const auto x0 = load(d, from), x1 = load(d, from + n);
      const auto x2 = load(d, from + 2 * n), x3 = load(d, from + 3 * n);
      good = hn::And(good,
                     hn::And(hn::And(is_normal(x0), is_normal(x1)), hn::And(is_normal(x2), is_normal(x3))));
      multiply(x0, m0, e0);
      multiply(x1, m1, e1);
      multiply(x2, m2, e2);
      multiply(x3, m3, e3);
    }
    normal = normal && hn::AllTrue(d, good);
    store(m0, e0, rows, lanes, at);
    store(m1, e1, rows, lanes, at + n);
    store(m2, e2, rows, lanes, at + 2 * n);
    store(m3, e3, rows, lanes, at + 3 * n);
  }
  return normal;
}

bool multiply_block(Kind real, const void* data, std::size_t rows, ProductLanes& lanes) {
  if (real == Kind::float64) return multiply_rows(static_cast<const double*>(data), rows, lanes);
  if (real == Kind::float32) return multiply_rows(static_cast<const float*>(data), rows, lanes);
  return multiply_rows(static_cast<const float16*>(data), rows, lanes);
}

// Several products at a time: a multiplication waits for the one before.
template <Element T>
HWY_ATTR std::uint64_t multiply_typed(const Stored<T>* data, std::size_t count) {
  constexpr std::size_t kLanes = 16;
  std::uint64_t lanes[kLanes];
  std::fill_n(lanes, kLanes, std::uint64_t{1});
  const auto factor = [&](std::size_t i) HWY_ATTR {
    return std::is_same_v<T, bool> ? std::uint64_t{data[i] != 0} : static_cast<std::uint64_t>(data[i]);
  };
  std::size_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    prefetch_ahead(data + i, kLanes * sizeof(T));
    for (std::size_t lane = 0; lane < kLanes; ++lane) lanes[lane] *= factor(i + lane);
  }
  for (; i < count; ++i) lanes[0] *= factor(i);
  for (std::size_t lane = 1; lane < kLanes; ++lane) lanes[0] *= lanes[lane];
  return lanes[0];
}

std::uint64_t multiply_kind(Kind kind, const void* data, std::size_t count) {
  return visit_kind(kind, [&]<Element T>() HWY_ATTR -> std::uint64_t {
    if constexpr (std::is_integral_v<T>)
      return multiply_typed<T>(static_cast<const Stored<T>*>(data), count);
    else
      return 1;
  });
}

}  // namespace
}  // namespace shmkit::kernel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace shmkit::kernel {

HWY_EXPORT(multiply_block);
HWY_EXPORT(multiply_kind);

namespace {

constexpr std::size_t kLanes = ProductLanes::kLanes;

template <class T>
void multiply_one_by_one(const T* data, std::size_t count, ScaledProduct<double>& product) noexcept {
  for (std::size_t i = 0; i < count; ++i) product.multiply(widen(data[i]));
}

// What is too short for a row, too.
template <class T>
ScaledProduct<double> multiply_floats(const T* data, std::size_t count) noexcept {
  const auto multiply_vectors = HWY_DYNAMIC_DISPATCH(multiply_block);
  ScaledProduct<double> rest;
  ProductLanes lanes;
  std::fill_n(lanes.mantissa, kLanes, 1.0);
  std::fill_n(lanes.exponent, kLanes, std::uint64_t{0});
  for (std::size_t at = 0; at < count; at += kBlockReals) {
    const std::size_t block = std::min(kBlockReals, count - at);
    const std::size_t vectors = block / kLanes * kLanes;
    ProductLanes next = lanes;
    const bool normal = multiply_vectors(KindOf<T>::value, data + at, block / kLanes, next);
    if (normal) lanes = next;
    const std::size_t done = normal ? vectors : 0;
    multiply_one_by_one(data + at + done, block - done, rest);
  }
  ScaledProduct<double> products[kLanes];
  for (std::size_t i = 0; i < kLanes; ++i)
    products[i] = {lanes.mantissa[i], static_cast<std::int64_t>(lanes.exponent[i])};
  for (std::size_t half = kLanes / 2; half > 0; half /= 2) {
    for (std::size_t i = 0; i < half; ++i) products[i].multiply(products[i + half]);
  }
  products[0].multiply(rest);
  return products[0];
}

}  // namespace

std::uint64_t multiply_integers(Kind kind, const void* data, std::size_t count) noexcept {
  return HWY_DYNAMIC_DISPATCH(multiply_kind)(kind, data, count);
}

ScaledProduct<double> multiply_reals(const Reals& reals) noexcept {
  if (reals.real == Kind::float64)
    return multiply_floats(static_cast<const double*>(reals.data), reals.count);
  if (reals.real == Kind::float32) return multiply_floats(static_cast<const float*>(reals.data), reals.count);
  return multiply_floats(static_cast<const float16*>(reals.data), reals.count);
}

}  // namespace shmkit::kernel
#endif
