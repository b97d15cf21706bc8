#include <cmath>

#include "kernels/arithmetic.hpp"
#include "kernels/order.hpp"
#include "kernels/rows.hpp"

// abs: the absolute value as NumPy; of complex numbers a real one, by the C library's hypot(), which neither
// overflows nor underflows on the way.
namespace shmkit::kernel {
namespace {

Kind real_part(Kind kind) noexcept {
  if (kind == Kind::complex64) return Kind::float32;
  return kind == Kind::complex128 ? Kind::float64 : kind;
}

Kind result_kind(const std::array<Kind, 2>& kinds, const Params&) { return real_part(kinds[0]); }

template <class Part>
void apply_complex(const Block& block) noexcept {
  const auto* x = block.operand<std::complex<Part>>(0);
  for (std::size_t i = 0; i < block.count; ++i) {
    block.result<Part>()[i] = std::hypot(x[i].real(), x[i].imag());
  }
}

void apply(Kind kind, const Block& block) noexcept {
  if (kind == Kind::complex64)
    apply_complex<float>(block);
  else if (kind == Kind::complex128)
    apply_complex<double>(block);
  else
    calculate(Arithmetic::abs, kind, block);
}

void run(const ChunkInput& in) noexcept {
  const Kind kind = in.in[0].kind;
  const Kind real = real_part(kind);
  map_elements(in, {.computed = kind, .applied = real, .result = real, .apply = apply});
}

}  // namespace

constinit const Kernel kAbs = {.info = {.name = "abs",
                                        .summary = "The absolute value of every element.",
                                        .arguments = {},
                                        .kind = KernelKind::map,
                                        .repeatable = false,
                                        .dtypes = "all numeric",
                                        .result = "dtype of the array; of complex, its real dtype",
                                        .example = "run abs x"},
                               .accepts = is_computable,
                               .result_kind = result_kind,
                               .run = run};

}  // namespace shmkit::kernel
