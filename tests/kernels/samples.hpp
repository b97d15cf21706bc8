#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <type_traits>
#include <vector>

#include <gtest/gtest.h>

#include "kernels/narrow.hpp"
#include "kernels/order.hpp"

namespace shmkit::kernel {

using AllElements = ::testing::Types<bool, std::int8_t, std::uint8_t, std::int16_t, std::uint16_t,
                                     std::int32_t, std::uint32_t, std::int64_t, std::uint64_t, float16, float,
                                     double, long double, std::complex<float>, std::complex<double>>;

/// A random element of few different values, so that extremes come more than once.
template <Element T>
Stored<T> sample(std::mt19937_64& random) {
  if constexpr (std::is_same_v<T, bool>) {
    return static_cast<std::uint8_t>(random() % 3);
  } else if constexpr (std::is_integral_v<T>) {
    const T values[] = {std::numeric_limits<T>::min(), 0, 1, 7, std::numeric_limits<T>::max(),
                        static_cast<T>(random())};
    return values[random() % 6];
  } else if constexpr (kIsComplex<T>) {
    using P = typename T::value_type;
    return {sample<P>(random), sample<P>(random)};
  } else {
    const double values[] = {0.0, -0.0, 1.0, -1.5, 100.25, -3.0};
    return narrow<T>(values[random() % 6]);
  }
}

/// A real element as the widest type. Exact, but for 64-bit integers where long double has 53 bits.
template <Element T>
long double as_wide(Stored<T> x) {
  if constexpr (std::is_same_v<T, bool>)
    return x != 0 ? 1 : 0;
  else if constexpr (std::is_same_v<T, float16>)
    return static_cast<float>(x);
  else
    return static_cast<long double>(x);
}

template <Element T>
std::vector<Stored<T>> samples(std::size_t size, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<Stored<T>> data(size);
  for (auto& element : data) element = sample<T>(random);
  return data;
}

template <Element T>
Stored<T> quiet_nan() {
  static_assert(!std::is_integral_v<T>);
  const auto nan = std::numeric_limits<double>::quiet_NaN();
  if constexpr (kIsComplex<T>)
    return T(1, static_cast<typename T::value_type>(nan));
  else
    return narrow<T>(nan);
}

/// Sizes around the vectors' lanes, the sums' lanes and rows, and the scans' blocks.
inline const std::vector<std::size_t> kSizes = {1,   2,    3,    7,    8,    9,    15,   16,
                                                17,  31,   32,   33,   63,   64,   65,   127,
                                                129, 1023, 1025, 2047, 2048, 2049, 4097, 33000};

}  // namespace shmkit::kernel
