#include "kernels/moments.hpp"

#include <algorithm>
#include <limits>

#include "kernels/lane_sums.hpp"
#include "kernels/narrow.hpp"
#include "kernels/prefetch.hpp"
#include "kernels/real_blocks.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/moments.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include "kernels/real_vectors-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace shmkit::kernel::HWY_NAMESPACE {
namespace {

// At most a quarter of the virtual lanes: four vectors are in flight.
using Doubles = hn::CappedTag<double, LaneSums::kLanes / 4>;

// Adds the elements of each lane to it.
template <class T>
HWY_ATTR void add_plainly(const T* data, std::size_t rows, double* sums) {
  const Doubles d;
  const std::size_t n = hn::Lanes(d);
  for (std::size_t at = 0; at < LaneSums::kLanes; at += 4 * n) {
    double* const sum = sums + at;
    auto s0 = hn::Load(d, sum), s1 = hn::Load(d, sum + n);
    auto s2 = hn::Load(d, sum + 2 * n), s3 = hn::Load(d, sum + 3 * n);
    const T* from = data + at;
    for (std::size_t row = 0; row < rows; ++row, from += LaneSums::kLanes) {
      if (at == 0) prefetch_ahead(from, LaneSums::kLanes * sizeof(T));
      s0 = hn::Add(s0, load(d, from));
      s1 = hn::Add(s1, load(d, from + n));
      s2 = hn::Add(s2, load(d, from + 2 * n));
      s3 = hn::Add(s3, load(d, from + 3 * n));
    }
    hn::Store(s0, d, sum), hn::Store(s1, d, sum + n);
    hn::Store(s2, d, sum + 2 * n), hn::Store(s3, d, sum + 3 * n);
  }
}

template <class V>
HWY_INLINE void deviate(V x, V mean, V& sum, V& squares) {
  const V deviation = hn::Sub(x, mean);
  sum = hn::Add(sum, deviation);
  squares = hn::Add(squares, hn::Mul(deviation, deviation));
}

// Adds the deviations from each lane's mean, and their squares.
template <class T>
HWY_ATTR void add_deviations(const T* data, std::size_t rows, const double* means, double* sums,
                             double* squares) {
  const Doubles d;
  const std::size_t n = hn::Lanes(d);
  for (std::size_t at = 0; at < LaneSums::kLanes; at += 4 * n) {
    double* const sum = sums + at;
    double* const square = squares + at;
    const auto m0 = hn::Load(d, means + at), m1 = hn::Load(d, means + at + n);
    const auto m2 = hn::Load(d, means + at + 2 * n), m3 = hn::Load(d, means + at + 3 * n);
    auto s0 = hn::Load(d, sum), s1 = hn::Load(d, sum + n);
    auto s2 = hn::Load(d, sum + 2 * n), s3 = hn::Load(d, sum + 3 * n);
    auto q0 = hn::Load(d, square), q1 = hn::Load(d, square + n);
    auto q2 = hn::Load(d, square + 2 * n), q3 = hn::Load(d, square + 3 * n);
    const T* from = data + at;
    for (std::size_t row = 0; row < rows; ++row, from += LaneSums::kLanes) {
      deviate(load(d, from), m0, s0, q0);
      deviate(load(d, from + n), m1, s1, q1);
      deviate(load(d, from + 2 * n), m2, s2, q2);
      deviate(load(d, from + 3 * n), m3, s3, q3);
    }
    hn::Store(s0, d, sum), hn::Store(s1, d, sum + n);
    hn::Store(s2, d, sum + 2 * n), hn::Store(s3, d, sum + 3 * n);
    hn::Store(q0, d, square), hn::Store(q1, d, square + n);
    hn::Store(q2, d, square + 2 * n), hn::Store(q3, d, square + 3 * n);
  }
}

// Without means: the sums of the elements alone.
void add_block(Kind real, const void* data, std::size_t rows, const double* means, double* sums,
               double* squares) {
  const auto add = [&](const auto* elements) HWY_ATTR {
    if (means == nullptr)
      add_plainly(elements, rows, sums);
    else
      add_deviations(elements, rows, means, sums, squares);
  };
  if (real == Kind::float64)
    add(static_cast<const double*>(data));
  else if (real == Kind::float32)
    add(static_cast<const float*>(data));
  else
    add(static_cast<const float16*>(data));
}

}  // namespace
}  // namespace shmkit::kernel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace shmkit::kernel {

HWY_EXPORT(add_block);

namespace {

constexpr std::size_t kLanes = LaneSums::kLanes;

struct Lanes {
  alignas(64) double of[kLanes] = {};

  // Leaves the sum of each part's lanes in one lane.
  void fold(std::size_t parts) noexcept {
    for (std::size_t half = kLanes / 2; half >= parts; half /= 2) {
      for (std::size_t i = 0; i < half; ++i) of[i] += of[i + half];
    }
  }
};

template <class T>
bool all_finite(const T* data, std::size_t count, std::size_t stride) noexcept {
  for (std::size_t i = 0; i < count; i += stride) {
    if (!std::isfinite(widen(data[i]))) return false;
  }
  return true;
}

// The last, incomplete row is filled up with what does not count.
template <class T>
void moments_of(const T* data, std::size_t count, std::size_t parts, Moments<double>* moments) noexcept {
  const auto add = HWY_DYNAMIC_DISPATCH(add_block);
  const std::size_t rows = count / kLanes;
  const std::size_t rest = count % kLanes;
  Lanes last;
  for (std::size_t i = 0; i < rest; ++i) last.of[i] = widen(data[rows * kLanes + i]);

  Lanes means;
  add(KindOf<T>::value, data, rows, nullptr, means.of, nullptr);
  for (std::size_t i = 0; i < rest; ++i) means.of[i] += last.of[i];
  means.fold(parts);
  const auto elements = static_cast<double>(count / parts);
  for (std::size_t i = 0; i < parts; ++i) means.of[i] /= elements;
  for (std::size_t i = parts; i < kLanes; ++i) means.of[i] = means.of[i - parts];

  Lanes sums;
  Lanes squares;
  for (std::size_t i = rest; i < kLanes; ++i) last.of[i] = means.of[i];
  add(KindOf<T>::value, data, rows, means.of, sums.of, squares.of);
  add(Kind::float64, last.of, 1, means.of, sums.of, squares.of);
  sums.fold(parts);
  squares.fold(parts);

  for (std::size_t part = 0; part < parts; ++part) {
    const double off = sums.of[part];
    const double corrected = squares.of[part] - off * off / elements;
    moments[part] = {count / parts, means.of[part], 0, corrected > 0 ? corrected : 0};
    moments[part].move_mean(off / elements);
    if (std::isfinite(corrected) && std::isfinite(moments[part].mean)) continue;
    const bool finite = all_finite(data + part, count - part, parts);
    moments[part].squares = finite ? HUGE_VAL : std::numeric_limits<double>::quiet_NaN();
  }
}

}  // namespace

void block_moments(const Reals& reals, Moments<double>* moments) noexcept {
  if (reals.real == Kind::float64)
    moments_of(static_cast<const double*>(reals.data), reals.count, reals.parts, moments);
  else if (reals.real == Kind::float32)
    moments_of(static_cast<const float*>(reals.data), reals.count, reals.parts, moments);
  else
    moments_of(static_cast<const float16*>(reals.data), reals.count, reals.parts, moments);
}

}  // namespace shmkit::kernel
#endif
