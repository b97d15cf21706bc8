#include <array>
#include <type_traits>

#include "kernels/order.hpp"
#include "kernels/parse_scalar.hpp"
#include "kernels/rows.hpp"

// scale: x *= factor, in place, as NumPy. What is applied twice is wrong: not repeatable.
namespace shmkit::kernel {
namespace {

constexpr std::array kArguments{ArgumentInfo{
    .name = "factor", .summary = "A number of the array's dtype: 2, -1.5, 1+2j.", .fallback = {}}};

bool accepts(Kind kind) { return is_computable(kind) && kind != Kind::boolean; }

Params prepare(const Arguments& arguments, Kind kind, std::uint64_t) {
  Params params;
  visit_kind(kind, [&]<Element T>() {
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
  visit_kind(in.kind, [&]<Element T>() {
    auto* data = reinterpret_cast<Stored<T>*>(in.data);
    const auto factor = in.params->get<Stored<T>>();
    for (std::uint64_t i = 0; i < in.end - in.begin; ++i) data[i] = product<T>(data[i], factor);
  });
}

std::size_t partial_bytes(Kind) { return 0; }

}  // namespace

constinit const Kernel kScale = {.info = {.name = "scale",
                                          .summary = "Multiplies every element by one factor, in place.",
                                          .arguments = kArguments,
                                          .generates = true,
                                          .repeatable = false,
                                          .dtypes = "all numeric but bool",
                                          .result = "none"},
                                 .accepts = accepts,
                                 .partial_bytes = partial_bytes,
                                 .prepare = prepare,
                                 .run = run};

}  // namespace shmkit::kernel
