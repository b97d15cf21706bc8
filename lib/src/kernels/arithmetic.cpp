#include "kernels/arithmetic.hpp"

#include <bit>
#include <cmath>
#include <type_traits>

#include "kernels/order.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/arithmetic.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

// Plain loops, compiled once for every instruction set. The compiler makes vectors of them if it is told that
// elements do not depend on each other: it cannot know that `out` is an operand or overlaps none.
#ifndef SHMKIT_INDEPENDENT
#ifdef __clang__
#define SHMKIT_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#else
#define SHMKIT_INDEPENDENT _Pragma("GCC ivdep")
#endif
#endif

HWY_BEFORE_NAMESPACE();
namespace shmkit::kernel::HWY_NAMESPACE {
namespace {

// Modulo 2^n; unsigned, and at least as wide as an int, so that nothing overflows on the way.
template <class T>
using Modular = std::common_type_t<std::make_unsigned_t<T>, unsigned>;

template <Element T>
HWY_INLINE Stored<T> sum(Stored<T> a, Stored<T> b) {
  if constexpr (std::is_same_v<T, bool>)
    return (a | b) != 0 ? 1 : 0;
  else if constexpr (std::is_integral_v<T>)
    return static_cast<T>(static_cast<Modular<T>>(a) + static_cast<Modular<T>>(b));
  else if constexpr (std::is_same_v<T, float16>)
    return float16(static_cast<float>(a) + static_cast<float>(b));
  else
    return a + b;
}

template <Element T>
HWY_INLINE Stored<T> product(Stored<T> a, Stored<T> b) {
  if constexpr (std::is_same_v<T, bool>)
    return a != 0 && b != 0 ? 1 : 0;
  else if constexpr (std::is_integral_v<T>)
    return static_cast<T>(static_cast<Modular<T>>(a) * static_cast<Modular<T>>(b));
  else if constexpr (std::is_same_v<T, float16>)
    return float16(static_cast<float>(a) * static_cast<float>(b));
  else if constexpr (kIsComplex<T>)
    return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
  else
    return a * b;
}

template <Element T>
HWY_INLINE Stored<T> magnitude(Stored<T> x) {
  if constexpr (std::is_same_v<T, float16>)
    return std::bit_cast<float16>(static_cast<std::uint16_t>(x.bits & 0x7FFFU));
  else if constexpr (std::is_floating_point_v<T>)
    return std::fabs(x);
  else if constexpr (std::is_signed_v<T>)
    return static_cast<T>(x < 0 ? 0 - static_cast<Modular<T>>(x) : static_cast<Modular<T>>(x));
  else
    return x;
}

template <Element T>
HWY_ATTR void calculate_typed(Arithmetic operation, const Block& block) {
  const auto* x = block.operand<Stored<T>>(0);
  const auto* y = block.operand<Stored<T>>(1);
  auto* out = block.result<Stored<T>>();
  const std::size_t count = block.count;
  const auto a = block.params->get<Stored<T>>();
  switch (operation) {
    case Arithmetic::add:
      SHMKIT_INDEPENDENT
      for (std::size_t i = 0; i < count; ++i) out[i] = sum<T>(x[i], y[i]);
      break;
    case Arithmetic::mul:
      SHMKIT_INDEPENDENT
      for (std::size_t i = 0; i < count; ++i) out[i] = product<T>(x[i], y[i]);
      break;
    case Arithmetic::scale:
      SHMKIT_INDEPENDENT
      for (std::size_t i = 0; i < count; ++i) out[i] = product<T>(x[i], a);
      break;
    case Arithmetic::axpy:
      SHMKIT_INDEPENDENT
      for (std::size_t i = 0; i < count; ++i) out[i] = sum<T>(product<T>(x[i], a), y[i]);
      break;
    case Arithmetic::abs:
      SHMKIT_INDEPENDENT
      for (std::size_t i = 0; i < count; ++i) out[i] = magnitude<T>(x[i]);
      break;
  }
}

void calculate_any(Arithmetic operation, Kind kind, const Block& block) {
  visit_kind(kind, [&]<Element T>() HWY_ATTR { calculate_typed<T>(operation, block); });
}

}  // namespace
}  // namespace shmkit::kernel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace shmkit::kernel {

HWY_EXPORT(calculate_any);

void calculate(Arithmetic operation, Kind kind, const Block& block) noexcept {
  HWY_DYNAMIC_DISPATCH(calculate_any)(operation, kind, block);
}

}  // namespace shmkit::kernel
#endif
