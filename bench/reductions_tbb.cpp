#include "reductions.hpp"

#include <tbb/blocked_range.h>
#include <tbb/parallel_reduce.h>

#include <algorithm>
#include <functional>

// oneTBB's threads, compiled for this very processor and free to reorder additions.
namespace {

using namespace shmkit::bench;
using Range = tbb::blocked_range<std::size_t>;

template <class Body, class Join>
double reduce(std::size_t size, double identity, Body body, Join join) {
  return tbb::parallel_reduce(
      Range(0, size), identity,
      [&](const Range& range, double start) { return join(start, body(range.begin(), range.end())); }, join);
}

double largest_of(double a, double b) { return std::max(a, b); }

double compute(Reduction reduction, Operands operands, unsigned /*all of them*/) {
  const double* const x = operands.x.data();
  const double* const y = operands.y.data();
  const std::size_t size = operands.x.size();
  if (reduction == Reduction::max) {
    return reduce(
        size, x[0],
        [x](std::size_t begin, std::size_t end) {
          double best = x[begin];
          for (std::size_t i = begin; i < end; ++i) best = std::max(best, x[i]);
          return best;
        },
        largest_of);
  }
  return reduce(
      size, 0,
      [x, y, reduction](std::size_t begin, std::size_t end) {
        double total = 0;
        if (reduction == Reduction::sum)
          for (std::size_t i = begin; i < end; ++i) total += x[i];
        else
          for (std::size_t i = begin; i < end; ++i) total += x[i] * y[i];
        return total;
      },
      std::plus<>());
}

const bool kAdded = [] {
  add_rival_reductions("onetbb", Cores::all, compute);
  return true;
}();

}  // namespace
