// For files that are compiled once for every instruction set, after <hwy/highway.h>; no #pragma once, for it
// is needed every time.
#if defined(SHMKIT_KERNELS_EACH_VECTOR_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef SHMKIT_KERNELS_EACH_VECTOR_INL
#undef SHMKIT_KERNELS_EACH_VECTOR_INL
#else
#define SHMKIT_KERNELS_EACH_VECTOR_INL
#endif

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
HWY_INLINE void store_from(D /*d*/, V values, T* to) {
  const hn::Rebind<T, D> narrow;
  if constexpr (std::is_same_v<T, hn::TFromD<D>>)
    hn::StoreU(values, narrow, to);
  else if constexpr (HWY_TARGET == HWY_SCALAR)
    *to = static_cast<T>(hn::GetLane(values));  // Highway's conversion has no infinities there.
  else
    hn::StoreU(hn::DemoteTo(narrow, values), narrow, to);
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

// c[First] + c[First + 2] square + c[First + 4] square^2 + ...
template <std::size_t First, class D, class V, std::size_t N>
HWY_INLINE V every_second(D d, V square, const double (&c)[N]) {
  constexpr std::size_t kLast = N - 1 - (N - 1 - First) % 2;
  auto sum = hn::Set(d, c[kLast]);
  for (std::size_t i = kLast; i > First; i -= 2) sum = hn::Add(hn::Set(d, c[i - 2]), hn::Mul(square, sum));
  return sum;
}

/// c[0] + c[1] x + c[2] x^2 + ..., as two chains that do not wait for each other. Requires: square = x * x.
template <class D, class V, std::size_t N>
HWY_INLINE V polynomial(D d, V x, V square, const double (&c)[N]) {
  return hn::Add(every_second<0>(d, square, c), hn::Mul(x, every_second<1>(d, square, c)));
}

/// What a function in three stages knows of x after the first one.
template <class V>
struct Split {
  V a;
  V b;
  V c;
};

/// Vectors that each stage works on before the next one begins. A function of forty operations, most of which
/// wait for the one before, keeps a processor busy only if more elements are in flight than it can look
/// ahead: exp() runs at twice the speed.
inline constexpr std::size_t kStagedVectors = 16;

// False, and nothing done: there is an x that is not usual.
template <class D, class T, class Function>
HWY_ATTR bool staged_block(D d, const T* in, T* out, const Function& function) {
  constexpr std::size_t kMost = kStagedVectors * hn::MaxLanes(D());
  const std::size_t lanes = hn::Lanes(d);
  const std::size_t size = kStagedVectors * lanes;
  HWY_ALIGN hn::TFromD<D> a[kMost];
  HWY_ALIGN hn::TFromD<D> b[kMost];
  HWY_ALIGN hn::TFromD<D> c[kMost];
  auto usual = hn::FirstN(d, lanes);
  for (std::size_t i = 0; i < size; i += lanes) {
    const auto x = load_as(d, in + i);
    const auto parts = function.split(d, x);
    usual = hn::And(usual, function.is_usual(d, x));
    hn::Store(parts.a, d, a + i);
    hn::Store(parts.b, d, b + i);
    hn::Store(parts.c, d, c + i);
  }
  if (!hn::AllTrue(d, usual)) return false;
  for (std::size_t i = 0; i < size; i += lanes) {
    hn::Store(function.approximate(d, hn::Load(d, a + i), hn::Load(d, b + i)), d, b + i);
  }
  for (std::size_t i = 0; i < size; i += lanes) {
    store_from(d, function.join(d, hn::Load(d, a + i), hn::Load(d, b + i), hn::Load(d, c + i)), out + i);
  }
  return true;
}

/// As each_vector(), for a function in three stages: split() makes a, b and c of x, approximate() replaces b
/// by a function of a and b, and join() makes the result of all three, provided that is_usual(x). any_x()
/// takes any x.
template <class D, class T, class Function>
HWY_ATTR void each_vector_staged(D d, const T* in, T* out, std::size_t count, const Function& function) {
  const auto any_x = [&](auto x) HWY_ATTR { return function.any_x(d, x); };
  const std::size_t size = kStagedVectors * hn::Lanes(d);
  for (; count >= size; count -= size, in += size, out += size) {
    if (!staged_block(d, in, out, function)) each_vector(d, in, out, size, any_x);
  }
  each_vector(d, in, out, count, any_x);
}

}  // namespace
}  // namespace shmkit::kernel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
