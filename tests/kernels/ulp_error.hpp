#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <random>
#include <vector>

// How far functions of floating-point numbers are from what they should be. The oracle of each is the
// function of long doubles in the C library: it has at least 11 bits more than a double, so that its own
// error does not matter.
namespace shmkit::kernel {

/// In units of the last place of the exact result as a T. Never NaN: infinite where only one of both is, and
/// where just one is an infinity.
template <class T>
double error_of(T result, long double exact) {
  const T rounded = static_cast<T>(exact);
  const bool same = result == rounded || (std::isnan(result) && std::isnan(rounded));
  if (!std::isfinite(result) || !std::isfinite(rounded))
    return same ? 0 : std::numeric_limits<double>::infinity();
  const T nearest = std::fabs(rounded);
  const long double ulp =
      static_cast<long double>(std::nextafter(nearest, std::numeric_limits<T>::infinity())) - nearest;
  return static_cast<double>(std::fabs(static_cast<long double>(result) - exact) / ulp);
}

/// The largest error of 20000 arguments between `low` and `high`. function(arguments, results, count)
/// computes them, exact(argument) is the oracle.
template <class T, class Function, class Exact>
double largest_error(Function function, Exact exact, double low, double high) {
  std::mt19937_64 random(11);
  std::uniform_real_distribution<double> between(low, high);
  std::vector<T> x(20000);
  for (T& element : x) element = static_cast<T>(between(random));
  std::vector<T> result(x.size());
  function(x.data(), result.data(), x.size());
  double worst = 0;
  for (std::size_t i = 0; i < x.size(); ++i)
    worst = std::max(worst, error_of(result[i], exact(static_cast<long double>(x[i]))));
  return worst;
}

}  // namespace shmkit::kernel
