#include "reductions.hpp"

#include <algorithm>

// OpenMP's threads, compiled for this very processor and free to reorder additions.
namespace {

using namespace shmkit::bench;

double maximum(std::span<const double> x, [[maybe_unused]] unsigned threads) {
  double best = x[0];
#pragma omp parallel for simd num_threads(threads) reduction(max : best)
  for (std::size_t i = 0; i < x.size(); ++i) best = std::max(best, x[i]);
  return best;
}

double sum(std::span<const double> x, [[maybe_unused]] unsigned threads) {
  double total = 0;
#pragma omp parallel for simd num_threads(threads) reduction(+ : total)
  for (std::size_t i = 0; i < x.size(); ++i) total += x[i];
  return total;
}

double dot(std::span<const double> x, std::span<const double> y, [[maybe_unused]] unsigned threads) {
  double total = 0;
#pragma omp parallel for simd num_threads(threads) reduction(+ : total)
  for (std::size_t i = 0; i < x.size(); ++i) total += x[i] * y[i];
  return total;
}

double compute(Reduction reduction, Operands operands, unsigned threads) {
  if (reduction == Reduction::max) return maximum(operands.x, threads);
  return reduction == Reduction::sum ? sum(operands.x, threads) : dot(operands.x, operands.y, threads);
}

const bool kAdded = [] {
  add_rival_reductions("openmp", Cores::all, compute);
  add_rival_reductions("openmp", Cores::one, compute);
  return true;
}();

}  // namespace
