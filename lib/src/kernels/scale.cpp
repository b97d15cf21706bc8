#include <array>
#include <type_traits>

#include "kernels/order.hpp"
#include "kernels/parse_scalar.hpp"
#include "kernels/rows.hpp"

// scale: x *= factor as NumPy, or into another array.
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

template <Element T>
Stored<T> product(Stored<T> a, Stored<T> b) noexcept {
  if constexpr (std::is_integral_v<Stored<T>>) {
    // Modulo 2^n; 64 bits without a sign, so that nothing overflows on the way.
    return static_cast<Stored<T>>(static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(b));
  } else if constexpr (kIsComplex<T>) {
    // Not std::complex's product, which turns some NaNs into infinities.
    return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
  } else if constexpr (std::is_same_v<T, float16>) {
    return float16(static_cast<float>(a) * static_cast<float>(b));
  } else {
    return a * b;
  }
}

void run(const ChunkInput& in) noexcept {
  visit_kind(in.in[0].kind, [&]<Element T>() {
    const auto* data = in.in[0].as<const Stored<T>>();
    auto* out = in.out.as<Stored<T>>();
    const auto factor = in.params->get<Stored<T>>();
    for (std::uint64_t i = 0; i < in.count(); ++i) out[i] = product<T>(data[i], factor);
  });
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
