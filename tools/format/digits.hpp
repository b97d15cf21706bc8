#pragma once

#include <string>

#include <shmkit/float16.hpp>

namespace shmkit::tool {

/// A decimal number d.ddd x 10^exponent. `digits` has at least one digit, no zero in front (but for zero
/// itself) and none behind.
struct Decimal {
  std::string digits;
  int exponent = 0;
};

/// The fewest digits that still read back as `value`; of those, the closest. The sign is dropped.
/// Requires: `value` is finite. T is float16, float, double or long double.
template <class T>
Decimal shortest(T value);

/// The exact value, rounded to `significant` digits; ties go to the even digit. The sign is dropped.
/// Requires: `value` is finite, 1 <= significant <= 40.
template <class T>
Decimal rounded(T value, int significant);

}  // namespace shmkit::tool
