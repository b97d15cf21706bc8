#include "reductions.hpp"

#include <algorithm>

// OpenMP's threads, compiled for this very processor and free to reorder additions.
namespace {

using namespace shmkit::bench;

double maximum(std::span<const double> x) {
  double best = x[0];
#pragma omp parallel for simd reduction(max : best)
  for (std::size_t i = 0; i < x.size(); ++i) best = std::max(best, x[i]);
  return best;
}

double sum(std::span<const double> x) {
  double total = 0;
#pragma omp parallel for simd reduction(+ : total)
  for (std::size_t i = 0; i < x.size(); ++i) total += x[i];
  return total;
}

double dot(std::span<const double> x, std::span<const double> y) {
  double total = 0;
#pragma omp parallel for simd reduction(+ : total)
  for (std::size_t i = 0; i < x.size(); ++i) total += x[i] * y[i];
  return total;
}

const bool kAdded = [] {
  add_reductions("openmp", [](Reduction reduction, Operands operands) {
    if (reduction == Reduction::max) return maximum(operands.x);
    return reduction == Reduction::sum ? sum(operands.x) : dot(operands.x, operands.y);
  });
  return true;
}();

}  // namespace
