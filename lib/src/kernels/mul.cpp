#include "kernels/arithmetic.hpp"
#include "kernels/rows.hpp"

// mul: x * y as NumPy, in the promoted dtype.
namespace shmkit::kernel {
namespace {

void apply(Kind kind, const Block& block) noexcept { calculate(Arithmetic::mul, kind, block); }

void run(const ChunkInput& in) noexcept {
  const Kind kind = promoted_kind({in.in[0].kind, in.in[1].kind}, *in.params);
  map_elements(in, {.arrays = 2, .computed = kind, .applied = kind, .result = kind, .apply = apply});
}

}  // namespace

constinit const Kernel kMul = {.info = {.name = "mul",
                                        .summary = "x * y, element by element.",
                                        .arguments = {},
                                        .kind = KernelKind::map,
                                        .arrays = 2,
                                        .repeatable = false,
                                        .dtypes = "all numeric but longdouble with complex",
                                        .result = "promoted dtype",
                                        .example = "run mul x y --out z"},
                               .accepts = can_promote,
                               .result_kind = promoted_kind,
                               .run = run};

}  // namespace shmkit::kernel
