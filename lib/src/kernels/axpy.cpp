#include <array>

#include "kernels/arithmetic.hpp"
#include "kernels/order.hpp"
#include "kernels/parse_scalar.hpp"
#include "kernels/promote.hpp"
#include "kernels/rows.hpp"

// axpy: y = a * x + y, as BLAS names it. Both arrays are converted to the promoted dtype first; then the
// product is rounded, and then the sum, as NumPy's a * x + y.
namespace shmkit::kernel {
namespace {

constexpr std::array kArguments{
    ArgumentInfo{.name = "a", .summary = "A number of the promoted dtype: 2, -1.5, 1+2j.", .fallback = {}}};

bool accepts(const std::array<Kind, 2>& kinds) {
  return can_promote(kinds) && promote(kinds[0], kinds[1]) != Kind::boolean;
}

Params prepare(const Arguments& arguments, const Operands& operands) {
  Params params;
  visit_kind(promote(operands.kinds[0], operands.kinds[1]), [&]<Element T>() {
    params.set(parse_scalar<T>({"axpy", "a", arguments.at("a")}));
  });
  return params;
}

void apply(Kind kind, const Block& block) noexcept { calculate(Arithmetic::axpy, kind, block); }

void run(const ChunkInput& in) noexcept {
  const Kind kind = promote(in.in[0].kind, in.in[1].kind);
  map_elements(in, {.arrays = 2, .computed = kind, .applied = kind, .result = kind, .apply = apply});
}

}  // namespace

constinit const Kernel kAxpy = {.info = {.name = "axpy",
                                         .summary = "a * x + y, into y or another array.",
                                         .arguments = kArguments,
                                         .kind = KernelKind::map,
                                         .arrays = 2,
                                         .target = 1,
                                         .repeatable = false,
                                         .dtypes = "all numeric but two of bool or longdouble with complex",
                                         .result = "promoted dtype",
                                         .example = "run axpy x y --arg a=2"},
                                .accepts = accepts,
                                .result_kind = promoted_kind,
                                .prepare = prepare,
                                .run = run};

}  // namespace shmkit::kernel
