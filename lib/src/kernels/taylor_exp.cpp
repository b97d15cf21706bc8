#include <algorithm>
#include <array>

#include "kernels/convert.hpp"
#include "kernels/counts.hpp"
#include "kernels/order.hpp"
#include "kernels/rows.hpp"

// taylor_exp: the first terms of x^0 / 0! + x^1 / 1! + x^2 / 2! + ..., each from the one before, added in
// this order. Work to measure with, and no way to compute exp: for large negative x nothing but rounding
// errors is left. In double, longdouble in long double; integers and bools give float64.
namespace shmkit::kernel {
namespace {

constexpr std::array kArguments{
    ArgumentInfo{.name = "terms", .summary = "How many, at most 1000000.", .fallback = "1000"}};

constexpr std::size_t kBlock = 16;  // Several at a time: an addition waits for the one before.

template <Element T>
using Compute = std::conditional_t<std::is_same_v<T, long double>, long double, double>;

Params prepare(const Arguments& arguments, const Operands&) {
  constexpr std::uint64_t kMost = 1000000;
  Params params;
  params.set(parse_count({"taylor_exp", "terms", arguments.at("terms")}, 1, kMost));
  return params;
}

template <class C>
void sum_terms(std::array<C, kBlock>& block, std::uint64_t terms) noexcept {
  std::array<C, kBlock> term;
  std::array<C, kBlock> sum;
  term.fill(1);
  sum.fill(1);
  for (std::uint64_t k = 1; k < terms; ++k) {
    const auto divisor = static_cast<C>(k);
    for (std::size_t i = 0; i < kBlock; ++i) {
      term[i] = term[i] * block[i] / divisor;
      sum[i] += term[i];
    }
  }
  block = sum;
}

void run(const ChunkInput& in) noexcept {
  const auto terms = in.params->get<std::uint64_t>();
  visit_kind(in.in[0].kind, [&]<Element T>() {
    using C = Compute<T>;
    alignas(64) std::array<C, kBlock> block{};
    const Column computed{KindOf<C>::value, reinterpret_cast<std::byte*>(block.data())};
    const auto at = [](const Column& column, std::uint64_t i) {
      return Column{column.kind, column.data + i * natural_itemsize(column.kind)};
    };
    for (std::uint64_t i = 0; i < in.count(); i += kBlock) {
      const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(kBlock, in.count() - i));
      convert(at(in.in[0], i), computed, count);
      sum_terms(block, terms);
      convert(computed, at(in.out, i), count);
    }
  });
}

Kind result_kind(const std::array<Kind, 2>& kinds, const Params&) {
  return visit_kind(kinds[0],
                    []<Element T>() { return std::is_integral_v<T> ? Kind::float64 : KindOf<T>::value; });
}

bool accepts(const std::array<Kind, 2>& kinds) {
  return is_computable(kinds) && visit_kind(kinds[0], []<Element T>() { return !kIsComplex<T>; });
}

}  // namespace

constinit const Kernel kTaylorExp = {
    .info = {.name = "taylor_exp",
             .summary = "The first terms of exp's Taylor series, term by term.",
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
