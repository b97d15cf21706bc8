#include <algorithm>
#include <array>

#include "kernels/parse_scalar.hpp"
#include "kernels/rows.hpp"

// fill: every element is the value, as numpy.full.
namespace shmkit::kernel {
namespace {

constexpr std::array kArguments{ArgumentInfo{
    .name = "value", .summary = "A number of the array's dtype: 42, -1.5, nan, 1+2j, true.", .fallback = {}}};

Params prepare(const Arguments& arguments, const Operands& operands) {
  Params params;
  visit_kind(operands.kinds[0], [&]<Element T>() {
    params.set(parse_scalar<T>({"fill", "value", arguments.at("value")}));
  });
  return params;
}

void run(const ChunkInput& in) noexcept {
  visit_kind(in.out.kind, [&]<Element T>() {
    std::fill_n(reinterpret_cast<T*>(in.out.data), in.end - in.begin, in.params->get<T>());
  });
}

}  // namespace

constinit const Kernel kFill = {.info = {.name = "fill",
                                         .summary = "Sets every element to one value.",
                                         .arguments = kArguments,
                                         .kind = KernelKind::generator,
                                         .dtypes = "all numeric",
                                         .result = "none",
                                         .example = "run fill x --arg value=42"},
                                .accepts = is_computable,
                                .prepare = prepare,
                                .run = run};

}  // namespace shmkit::kernel
