// For files that are compiled once for every instruction set, after <hwy/highway.h>; no #pragma once, for it
// is needed every time.
#if defined(SHMKIT_KERNELS_EACH_VECTOR_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef SHMKIT_KERNELS_EACH_VECTOR_INL
#undef SHMKIT_KERNELS_EACH_VECTOR_INL
#else
#define SHMKIT_KERNELS_EACH_VECTOR_INL
#endif

#include <cmath>
#include <cstddef>
#include <cstring>
#include <type_traits>

HWY_BEFORE_NAMESPACE();
namespace shmkit::kernel::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

template <class D, class T>
HWY_INLINE auto load_as(D d, const T* from) {
  const auto values = hn::LoadU(hn::Rebind<T, D>(), from);
  if constexpr (std::is_same_v<T, hn::TFromD<D>>)
    return values;
  else
    return hn::PromoteTo(d, values);
}

template <class D, class V, class T>
HWY_INLINE void store_from(D d, V values, T* to) {
  const hn::Rebind<T, D> narrow;
  if constexpr (std::is_same_v<T, hn::TFromD<D>>) {
    hn::StoreU(values, narrow, to);
  } else if constexpr (HWY_TARGET == HWY_SCALAR || HWY_TARGET == HWY_EMU128) {
    HWY_ALIGN hn::TFromD<D> lanes[hn::MaxLanes(D())];  // Highway's conversions have no infinities there.
    hn::Store(values, d, lanes);
    for (std::size_t i = 0; i < hn::Lanes(d); ++i) to[i] = static_cast<T>(lanes[i]);
  } else {
    hn::StoreU(hn::DemoteTo(narrow, values), narrow, to);
  }
}

/// out[i] = function(in[i]), computed in vectors of type D: a float's in vectors of double, if D is that.
/// Requires: `in` and `out` are the same or do not overlap.
template <class D, class T, class Function>
HWY_ATTR void each_vector(D d, const T* in, T* out, std::size_t count, Function function) {
  const std::size_t lanes = hn::Lanes(d);
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) store_from(d, function(load_as(d, in + i)), out + i);
  if (i == count) return;
  T rest[hn::MaxLanes(D())] = {};
  std::memcpy(rest, in + i, (count - i) * sizeof(T));
  store_from(d, function(load_as(d, rest)), rest);
  std::memcpy(out + i, rest, (count - i) * sizeof(T));
}

/// a * b + c, rounded once. Where the processor has no such instruction the library does it, lane by lane,
/// for the sake of equal bits: tens of times slower, on processors of before 2013.
template <class D, class V>
HWY_INLINE V fused(D d, V a, V b, V c) {
#if HWY_NATIVE_FMA
  (void)d;
  return hn::MulAdd(a, b, c);
#else
  HWY_ALIGN hn::TFromD<D> x[hn::MaxLanes(D())], y[hn::MaxLanes(D())], z[hn::MaxLanes(D())];
  hn::Store(a, d, x);
  hn::Store(b, d, y);
  hn::Store(c, d, z);
  for (std::size_t i = 0; i < hn::Lanes(d); ++i) z[i] = std::fma(x[i], y[i], z[i]);
  return hn::Load(d, z);
#endif
}

// c[First] + c[First + 2] square + c[First + 4] square^2 + ...
template <std::size_t First, class D, class V, std::size_t N>
HWY_INLINE V every_second(D d, V square, const double (&c)[N]) {
  constexpr std::size_t kLast = N - 1 - (N - 1 - First) % 2;
  auto sum = hn::Set(d, c[kLast]);
  for (std::size_t i = kLast; i > First; i -= 2) sum = fused(d, square, sum, hn::Set(d, c[i - 2]));
  return sum;
}

/// c[0] + c[1] x + c[2] x^2 + ..., as two chains that do not wait for each other. Requires: square = x * x.
template <class D, class V, std::size_t N>
HWY_INLINE V polynomial(D d, V x, V square, const double (&c)[N]) {
  return fused(d, x, every_second<1>(d, square, c), every_second<0>(d, square, c));
}

/// Vectors that each stage of a function works on before the next one begins. A function of forty operations,
/// most of which wait for the one before, keeps a processor busy only if more elements are in flight than it
/// can look ahead: in stages exp() runs at twice the speed.
inline constexpr std::size_t kStagedVectors = 16;

// What the stages know of a block of elements.
template <class D>
struct Stages {
  static constexpr std::size_t kMost = kStagedVectors * hn::MaxLanes(D());
  HWY_ALIGN hn::TFromD<D> a[kMost];
  HWY_ALIGN hn::TFromD<D> b[kMost];
  HWY_ALIGN hn::TFromD<D> c[kMost];
  bool usual;
};

template <class D, class T, class Function>
HWY_INLINE auto split_vector(D d, const T* in, const Function& function, Stages<D>& to, std::size_t i) {
  const auto x = load_as(d, in + i);
  auto a = x;
  auto b = x;
  auto c = x;
  const auto usual = function.split(d, x, a, b, c);
  hn::Store(a, d, to.a + i);
  hn::Store(b, d, to.b + i);
  hn::Store(c, d, to.c + i);
  return usual;
}

template <class D, class Function>
HWY_INLINE void approximate_vector(D d, const Function& function, Stages<D>& of, std::size_t i) {
  hn::Store(function.approximate(d, hn::Load(d, of.a + i), hn::Load(d, of.b + i)), d, of.b + i);
}

template <class D, class T, class Function>
HWY_ATTR void split_block(D d, const T* in, const Function& function, Stages<D>& to) {
  const std::size_t lanes = hn::Lanes(d);
  auto usual = hn::FirstN(d, lanes);
  for (std::size_t i = 0; i < kStagedVectors * lanes; i += lanes) {
    usual = hn::And(usual, split_vector(d, in, function, to, i));
  }
  to.usual = hn::AllTrue(d, usual);
}

template <class D, class T, class Function>
HWY_ATTR void approximate_and_split(D d, const T* in, const Function& function, Stages<D>& of,
                                    Stages<D>& next) {
  const std::size_t lanes = hn::Lanes(d);
  auto usual = hn::FirstN(d, lanes);
  for (std::size_t i = 0; i < kStagedVectors * lanes; i += lanes) {
    approximate_vector(d, function, of, i);
    usual = hn::And(usual, split_vector(d, in, function, next, i));
  }
  next.usual = hn::AllTrue(d, usual);
}

template <class D, class T, class Function>
HWY_ATTR void join_block(D d, const T* in, T* out, const Function& function, const Stages<D>& of) {
  const std::size_t lanes = hn::Lanes(d);
  const std::size_t size = kStagedVectors * lanes;
  if (!of.usual) {
    each_vector(d, in, out, size, [&](auto x) HWY_ATTR { return function.any_x(d, x); });
    return;
  }
  for (std::size_t i = 0; i < size; i += lanes) {
    const auto result = function.join(d, hn::Load(d, of.a + i), hn::Load(d, of.b + i), hn::Load(d, of.c + i));
    store_from(d, result, out + i);
  }
}

/// As each_vector(), for a function in three stages: split() makes a, b and c of x and tells whether x is
/// usual; then approximate() replaces b by a function of a and b, and join() makes the result of all three.
/// any_x() takes any x at once. While one block is approximated, the next one is split, because the one
/// multiplies and the other may divide.
template <class D, class T, class Function>
HWY_ATTR void each_vector_staged(D d, const T* in, T* out, std::size_t count, const Function& function) {
  const std::size_t size = kStagedVectors * hn::Lanes(d);
  Stages<D> stages[2];
  std::size_t begin = 0;
  if (count >= size) split_block(d, in, function, stages[0]);
  for (std::size_t block = 0; begin + size <= count; begin += size, ++block) {
    Stages<D>& current = stages[block % 2];
    if (begin + 2 * size <= count) {
      approximate_and_split(d, in + begin + size, function, current, stages[(block + 1) % 2]);
    } else {
      for (std::size_t i = 0; i < size; i += hn::Lanes(d)) approximate_vector(d, function, current, i);
    }
    join_block(d, in + begin, out + begin, function, current);
  }
  each_vector(d, in + begin, out + begin, count - begin,
              [&](auto x) HWY_ATTR { return function.any_x(d, x); });
}

}  // namespace
}  // namespace shmkit::kernel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
