#pragma once

#include "kernels/elementwise.hpp"

namespace shmkit::kernel {

enum class Arithmetic : std::uint8_t {
  add,    ///< x + y. Bools: or.
  mul,    ///< x * y. Bools: and.
  scale,  ///< x * a, a being the parameters' value of the kind.
  axpy,   ///< a * x + y, the product being rounded first.
  abs,    ///< |x| of real numbers; the least integer stays what it is.
};

/// Computes a block of elements with the processor's widest vectors. Integers wrap around; complex products
/// are the plain formula, (ac - bd) + (ad + bc)i, without the corrections of C's Annex G. float16 is rounded
/// after every operation. Requires: abs is not asked for complex numbers.
void calculate(Arithmetic operation, Kind kind, const Block& block) noexcept;

}  // namespace shmkit::kernel
