#include <algorithm>
#include <array>

#include "kernels/counts.hpp"
#include "kernels/elementwise.hpp"
#include "kernels/order.hpp"
#include "kernels/rows.hpp"

// taylor_exp: the first terms of x^0 / 0! + x^1 / 1! + x^2 / 2! + ..., each from the one before, added in
// this order. Work to measure with, and no way to compute exp: for large negative x nothing but rounding
// errors is left. In double, longdouble in long double; integers and bools give float64.
namespace shmkit::kernel {
namespace {

constexpr std::array kArguments{
    ArgumentInfo{.name = "terms", .summary = "How many, at most 1000000.", .fallback = "1000"}};

constexpr std::size_t kTogether = 16;  // Elements at a time: an addition waits for the one before.

constexpr std::uint64_t kMost = 1000000;

Params prepare(const Arguments& arguments, const Operands&) {
  Params params;
  params.set(parse_count({"taylor_exp", "terms", arguments.at("terms")}, 1, kMost));
  return params;
}

template <class C>
void sum_terms(std::array<C, kTogether>& elements, std::uint64_t terms) noexcept {
  std::array<C, kTogether> term;
  std::array<C, kTogether> sum;
  term.fill(1);
  sum.fill(1);
  for (std::uint64_t k = 1; k < terms; ++k) {
    const auto divisor = static_cast<C>(k);
    for (std::size_t i = 0; i < kTogether; ++i) {
      term[i] = term[i] * elements[i] / divisor;
      sum[i] += term[i];
    }
  }
  elements = sum;
}

template <class C>
void sum_block(const Block& block) noexcept {
  const auto terms = std::min(block.params->get<std::uint64_t>(), kMost);
  std::array<C, kTogether> elements{};
  for (std::size_t at = 0; at < block.count; at += kTogether) {
    const std::size_t count = std::min(kTogether, block.count - at);
    std::copy_n(block.operand<C>(0) + at, count, elements.data());
    sum_terms(elements, terms);
    std::copy_n(elements.data(), count, block.result<C>() + at);
  }
}

void apply(Kind computed, const Block& block) noexcept {
  if (computed == Kind::longdouble)
    sum_block<long double>(block);
  else
    sum_block<double>(block);
}

Kind result_kind(const std::array<Kind, 2>& kinds, const Params&) {
  return visit_kind(kinds[0],
                    []<Element T>() { return std::is_integral_v<T> ? Kind::float64 : KindOf<T>::value; });
}

void run(const ChunkInput& in) noexcept {
  const Kind kind = in.in[0].kind;
  const Kind computed = kind == Kind::longdouble ? kind : Kind::float64;
  map_elements(in, {.computed = computed,
                    .applied = computed,
                    .result = result_kind({kind, kind}, *in.params),
                    .apply = apply});
}

bool accepts(const std::array<Kind, 2>& kinds) {
  return is_computable(kinds) && visit_kind(kinds[0], []<Element T>() { return !kIsComplex<T>; });
}

}  // namespace

constinit const Kernel kTaylorExp = {.info = {.name = "taylor_exp",
                                              .summary = "The first terms of exp's Taylor series.",
                                              .arguments = kArguments,
                                              .kind = KernelKind::map,
                                              .repeatable = false,
                                              .dtypes = "all numeric but complex",
                                              .result = "float64 or dtype of the array",
                                              .example = "run taylor_exp x --out y --arg terms=1000"},
                                     .accepts = accepts,
                                     .result_kind = result_kind,
                                     .prepare = prepare,
                                     .run = run,
                                     .grain = 16};

}  // namespace shmkit::kernel
