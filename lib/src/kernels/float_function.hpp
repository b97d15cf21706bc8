#pragma once

#include <type_traits>

#include "kernels/elementwise.hpp"
#include "kernels/order.hpp"
#include "kernels/promote.hpp"
#include "kernels/rows.hpp"

// Kernels that apply a function of floating-point numbers, in the kinds that NumPy computes it in.
//
// `Function` has vectors(in, out, count) for float and double, and scalar(x) for long double and complex. A
// float16 is computed as float32.
namespace shmkit::kernel {

template <class Function>
void apply_function(Kind kind, const Block& block) noexcept {
  visit_kind(kind, [&]<Element T>() {
    if constexpr (std::is_same_v<T, float> || std::is_same_v<T, double>) {
      Function::vectors(block.operand<T>(0), block.result<T>(), block.count);
    } else if constexpr (std::is_same_v<T, long double> || kIsComplex<T>) {
      for (std::size_t i = 0; i < block.count; ++i)
        block.result<T>()[i] = Function::scalar(block.operand<T>(0)[i]);
    }
  });
}

template <class Function>
void run_function(const ChunkInput& in) noexcept {
  const Kind result = inexact(in.in[0].kind);
  const Kind computed = result == Kind::float16 ? Kind::float32 : result;
  map_elements(
      in, {.computed = computed, .applied = computed, .result = result, .apply = apply_function<Function>});
}

inline Kind inexact_result(const std::array<Kind, 2>& kinds, const Params&) { return inexact(kinds[0]); }

template <class Function>
constexpr Kernel function_row(std::string_view name, std::string_view summary, std::string_view example) {
  return {.info = {.name = name,
                   .summary = summary,
                   .arguments = {},
                   .kind = KernelKind::map,
                   .repeatable = false,
                   .dtypes = "all numeric",
                   .result = "dtype of the array; integers: a float dtype",
                   .example = example},
          .accepts = is_computable,
          .result_kind = inexact_result,
          .run = run_function<Function>};
}

}  // namespace shmkit::kernel
