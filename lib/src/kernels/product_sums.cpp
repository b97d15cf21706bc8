#include "kernels/product_sums.hpp"

#include <algorithm>
#include <cmath>

#include "kernels/lane_sums.hpp"
#include "kernels/prefetch.hpp"
#include "kernels/real_blocks.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/product_sums.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include "kernels/real_vectors-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace shmkit::kernel::HWY_NAMESPACE {
namespace {

// At most a quarter of the virtual lanes: four vectors are in flight.
using Doubles = hn::CappedTag<double, LaneSums::kLanes / 4>;

#if HWY_NATIVE_FMA

// What rounding took from product = x * y.
template <class V>
HWY_INLINE V product_error(V x, V y, V product) {
  return hn::MulSub(x, y, product);
}

#else

// The leading half of the bits of x (G. W. Veltkamp).
template <class V>
HWY_INLINE V upper_half(V x) {
  const V scaled = hn::Mul(hn::Set(Doubles(), 0x1p27 + 1), x);
  return hn::Sub(scaled, hn::Sub(scaled, x));
}

// Of factors that are splittable() (T. J. Dekker).
template <class V>
HWY_INLINE V product_error(V x, V y, V product) {
  const auto x1 = upper_half(x), y1 = upper_half(y);
  const auto x2 = hn::Sub(x, x1), y2 = hn::Sub(y, y1);
  const auto first = hn::Sub(hn::Mul(x1, y1), product);
  return hn::Add(hn::Add(hn::Add(first, hn::Mul(x1, y2)), hn::Mul(x2, y1)), hn::Mul(x2, y2));
}

// Whether nothing overflows or underflows on the way, so that errors are the same as a fused multiply-add's.
HWY_ATTR bool splittable(const double* a, const double* b, std::size_t count) {
  const Doubles d;
  const auto most = hn::Set(d, 0x1p996), least = hn::Set(d, 0x1p-968), zero = hn::Zero(d);
  auto good = hn::Eq(zero, zero);
  for (std::size_t i = 0; i < count; i += hn::Lanes(d)) {
    const auto x = hn::Abs(hn::LoadU(d, a + i)), y = hn::Abs(hn::LoadU(d, b + i));
    const auto exact = hn::Or(hn::Ge(hn::Mul(x, y), least), hn::Eq(hn::Min(x, y), zero));
    good = hn::And(good, hn::And(exact, hn::Lt(hn::Max(x, y), most)));
  }
  return hn::AllTrue(d, good);
}

// The same sums, one by one.
void add_extreme(const double* a, const double* b, std::size_t count, LaneSums& sums) {
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t lane = i % LaneSums::kLanes;
    const double product = a[i] * b[i];
    const double sum = sums.high[lane] + product;
    const double moved = sum - sums.high[lane];
    const double lost = (sums.high[lane] - (sum - moved)) + (product - moved);
    sums.low[lane] += lost + std::fma(a[i], b[i], -product);
    sums.high[lane] = sum;
  }
}

#endif

// Adds a * b, rounded, for doubles with what rounding took from it.
template <class T>
struct Products {
  template <class V>
  static HWY_INLINE void add(const T* a, const T* b, V& high, V& low) {
    const auto x = load(Doubles(), a), y = load(Doubles(), b);
    const auto product = hn::Mul(x, y);
    if constexpr (sizeof(T) < sizeof(double)) {
      high = hn::Add(high, product);
    } else {
      V lost;
      high = two_sum(high, product, lost);
      low = hn::Add(low, hn::Add(lost, product_error(x, y, product)));
    }
  }
};

template <class T>
struct Squares {
  template <class V>
  static HWY_INLINE void add(const T* a, const T* /*b*/, V& high, V& low) {
    const auto x = load(Doubles(), a);
    const auto square = hn::Mul(x, x);
    if constexpr (sizeof(T) < sizeof(double)) {
      high = hn::Add(high, square);
    } else {
      V lost;
      high = two_sum(high, square, lost);
      low = hn::Add(low, lost);
    }
  }
};

// A quarter of the real lanes at a time, so that the running sums stay in registers.
template <class Step, class T>
HWY_ATTR void add_block(const T* a, const T* b, std::size_t rows, LaneSums& sums) {
  const Doubles d;
  const std::size_t n = hn::Lanes(d);
  for (std::size_t at = 0; at < LaneSums::kLanes; at += 4 * n) {
    double* const high = sums.high + at;
    double* const low = sums.low + at;
    auto h0 = hn::Load(d, high), h1 = hn::Load(d, high + n);
    auto h2 = hn::Load(d, high + 2 * n), h3 = hn::Load(d, high + 3 * n);
    auto l0 = hn::Load(d, low), l1 = hn::Load(d, low + n);
    auto l2 = hn::Load(d, low + 2 * n), l3 = hn::Load(d, low + 3 * n);
    for (std::size_t i = at; i < rows * LaneSums::kLanes; i += LaneSums::kLanes) {
      if (at == 0) prefetch_ahead(a + i, LaneSums::kLanes * sizeof(T));
      if (at == 0) prefetch_ahead(b + i, LaneSums::kLanes * sizeof(T));
      Step::add(a + i, b + i, h0, l0);
      Step::add(a + i + n, b + i + n, h1, l1);
      Step::add(a + i + 2 * n, b + i + 2 * n, h2, l2);
      Step::add(a + i + 3 * n, b + i + 3 * n, h3, l3);
    }
    hn::Store(h0, d, high), hn::Store(h1, d, high + n);
    hn::Store(h2, d, high + 2 * n), hn::Store(h3, d, high + 3 * n);
    hn::Store(l0, d, low), hn::Store(l1, d, low + n);
    hn::Store(l2, d, low + 2 * n), hn::Store(l3, d, low + 3 * n);
  }
}

template <class T>
HWY_ATTR void add_products(const T* a, const T* b, std::size_t rows, LaneSums& sums) {
#if !HWY_NATIVE_FMA
  if constexpr (sizeof(T) == sizeof(double)) {
    const std::size_t count = rows * LaneSums::kLanes;
    if (!splittable(a, b, count)) return add_extreme(a, b, count, sums);
  }
#endif
  add_block<Products<T>>(a, b, rows, sums);
}

// In blocks, since narrow vectors pass over each several times. Without b: squares.
template <class T>
HWY_ATTR void add_typed(const T* a, const T* b, std::size_t rows, LaneSums& sums) {
  for (std::size_t row = 0; row < rows; row += kBlockRows) {
    const std::size_t at = row * LaneSums::kLanes;
    const std::size_t block = std::min(rows - row, kBlockRows);
    if (b == nullptr)
      add_block<Squares<T>>(a + at, a + at, block, sums);
    else
      add_products(a + at, b + at, block, sums);
  }
}

void add(Kind real, const void* a, const void* b, std::size_t rows, LaneSums& sums) {
  if (real == Kind::float64)
    add_typed(static_cast<const double*>(a), static_cast<const double*>(b), rows, sums);
  else if (real == Kind::float32)
    add_typed(static_cast<const float*>(a), static_cast<const float*>(b), rows, sums);
  else
    add_typed(static_cast<const float16*>(a), static_cast<const float16*>(b), rows, sums);
}

}  // namespace
}  // namespace shmkit::kernel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace shmkit::kernel {

HWY_EXPORT(add);

namespace {

constexpr std::size_t kLanes = LaneSums::kLanes;

// The lanes as a tree.
Sum2<double> fold(const LaneSums& lanes, double odd) noexcept {
  Sum2<double> sums[kLanes];
  for (std::size_t i = 0; i < kLanes; ++i) {
    const double sign = i % 2 == 0 ? 1 : odd;
    sums[i] = {sign * lanes.high[i], sign * lanes.low[i]};
  }
  for (std::size_t half = kLanes / 2; half > 0; half /= 2) {
    for (std::size_t i = 0; i < half; ++i) sums[i].add(sums[i + half]);
  }
  return sums[0];
}

// The last, incomplete row is filled up with zeros.
template <class T>
Sum2<double> sum(const T* a, const T* b, std::size_t count, double odd) noexcept {
  const auto add_rows = HWY_DYNAMIC_DISPATCH(add);
  const std::size_t rest = count % kLanes;
  const std::size_t done = count - rest;
  LaneSums lanes;
  add_rows(KindOf<T>::value, a, b, count / kLanes, lanes);
  T last_a[kLanes] = {};
  T last_b[kLanes] = {};
  std::copy_n(a + done, rest, last_a);
  if (b != nullptr) std::copy_n(b + done, rest, last_b);
  add_rows(KindOf<T>::value, last_a, b == nullptr ? nullptr : last_b, 1, lanes);
  return fold(lanes, odd);
}

Sum2<double> sum_kind(Kind real, const void* a, const void* b, std::size_t count, double odd) noexcept {
  if (real == Kind::float64)
    return sum(static_cast<const double*>(a), static_cast<const double*>(b), count, odd);
  if (real == Kind::float32)
    return sum(static_cast<const float*>(a), static_cast<const float*>(b), count, odd);
  return sum(static_cast<const float16*>(a), static_cast<const float16*>(b), count, odd);
}

}  // namespace

Sum2<double> sum_of_squares(Kind real, const void* data, std::size_t count) noexcept {
  return sum_kind(real, data, nullptr, count, 1);
}

Sum2<double> sum_of_products(Kind real, const void* a, const void* b, std::size_t count,
                             double odd) noexcept {
  return sum_kind(real, a, b, count, odd);
}

}  // namespace shmkit::kernel
#endif
