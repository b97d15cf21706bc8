#pragma once

#include <algorithm>
#include <cstddef>

namespace shmkit::bench {

/// term(0) + ... + term(size - 1), in blocks, so that few roundings follow one another: within 1e-11 of the
/// sum for up to 2^28 terms of one sign (N. Higham, "The accuracy of floating point summation", 1993).
template <class Term>
double sum_in_blocks(std::size_t size, Term term) {
  constexpr std::size_t kBlock = 4096;
  double total = 0;
  for (std::size_t begin = 0; begin < size; begin += kBlock) {
    double block = 0;
    for (std::size_t i = begin; i < std::min(begin + kBlock, size); ++i) block += term(i);
    total += block;
  }
  return total;
}

}  // namespace shmkit::bench
