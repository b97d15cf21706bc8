#pragma once

#include <complex>
#include <cstdint>
#include <variant>
#include <vector>

#include <shmkit/dtype.hpp>

namespace shmkit {

/// An element with its dtype, or a list of such: the result of a reduction.
///
/// The alternative follows the dtype: bool -> bool, signed integers -> int64, unsigned -> uint64,
/// float16 and float32 -> float (float16 exactly representable), float64 -> double, longdouble -> long
/// double, complex -> the complex type. monostate: no result, or a list.
struct Value {
  DType dtype = Kind::float64;
  std::variant<std::monostate, bool, std::int64_t, std::uint64_t, float, double, long double,
               std::complex<float>, std::complex<double>>
      scalar;
  std::vector<Value> list;  ///< In place of a scalar: the numbers of a result that has several.

  bool has_value() const noexcept { return scalar.index() != 0 || !list.empty(); }
};

/// Wraps an element of a C++ type in the alternative that its dtype asks for.
template <Element T>
Value make_value(T element) {
  Value value{DType(KindOf<T>::value), {}, {}};
  if constexpr (std::is_same_v<T, float16>) {
    value.scalar = static_cast<float>(element);
  } else if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) {
    if constexpr (std::is_signed_v<T>)
      value.scalar = std::int64_t{element};
    else
      value.scalar = std::uint64_t{element};
  } else {
    value.scalar = element;
  }
  return value;
}

}  // namespace shmkit
