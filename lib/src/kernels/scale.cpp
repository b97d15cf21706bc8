#include <array>

#include "kernels/arithmetic.hpp"
#include "kernels/parse_scalar.hpp"
#include "kernels/rows.hpp"

// scale: x * factor as NumPy's x *= factor, the factor being a number of the array's dtype.
namespace shmkit::kernel {
namespace {

constexpr std::array kArguments{ArgumentInfo{
    .name = "factor", .summary = "A number of the array's dtype: 2, -1.5, 1+2j.", .fallback = {}}};

bool accepts(const std::array<Kind, 2>& kinds) { return is_computable(kinds) && kinds[0] != Kind::boolean; }

Params prepare(const Arguments& arguments, const Operands& operands) {
  Params params;
  visit_kind(operands.kinds[0], [&]<Element T>() {
    params.set(parse_scalar<T>({"scale", "factor", arguments.at("factor")}));
  });
  return params;
}

void apply(Kind kind, const Block& block) noexcept { calculate(Arithmetic::scale, kind, block); }

void run(const ChunkInput& in) noexcept {
  const Kind kind = in.in[0].kind;
  map_elements(in, {.computed = kind, .applied = kind, .result = kind, .apply = apply});
}

Kind result_kind(const std::array<Kind, 2>& kinds, const Params&) { return kinds[0]; }

}  // namespace

constinit const Kernel kScale = {.info = {.name = "scale",
                                          .summary = "Multiplies every element by one factor.",
                                          .arguments = kArguments,
                                          .kind = KernelKind::map,
                                          .repeatable = false,
                                          .dtypes = "all numeric but bool",
                                          .result = "dtype of the array",
                                          .example = "run scale x --arg factor=2"},
                                 .accepts = accepts,
                                 .result_kind = result_kind,
                                 .prepare = prepare,
                                 .run = run};

}  // namespace shmkit::kernel
