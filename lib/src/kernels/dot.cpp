#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "kernels/convert.hpp"
#include "kernels/elementwise.hpp"
#include "kernels/float_sum.hpp"
#include "kernels/long_sum.hpp"
#include "kernels/narrow.hpp"
#include "kernels/product_sums.hpp"
#include "kernels/promote.hpp"
#include "kernels/real_blocks.hpp"
#include "kernels/rows.hpp"

// dot: the sum of a[i] * b[i] over all elements, as numpy.dot of the flattened arrays, in their promoted
// dtype: integers wrap in it, bools give whether any pair is true, complex numbers are not conjugated.
//
// Floating-point numbers: within the bounds of sum_of_products(), chunks being added without error, and
// rounded to the dtype. Where a sum leaves double's range on the way, or factors are too large to be split,
// the exact kernel adds every product, and what rounding took from it, without error. longdouble: products
// are rounded, their sum is LongSum's.
namespace shmkit::kernel {
namespace {

constexpr std::size_t kBlock = 1024;

template <Element T>
inline constexpr bool kIsLong = std::is_same_v<T, long double>;

// What a chunk leaves. F: EstimatedSum, whose slack is not used, or FullSum.
template <class F, Element T>
using Partial = std::conditional_t<std::is_integral_v<T>, std::uint64_t,
                                   std::conditional_t<kIsLong<T>, LongSum, std::array<F, kParts<T>>>>;

// Modulo 2^64, which holds for fewer bits too.
template <Element T>
std::uint64_t multiply_integers(const T* a, const T* b, std::size_t count) noexcept {
  using Wrapping = std::conditional_t<sizeof(T) == 8, std::uint64_t, std::uint32_t>;
  Wrapping sum = 0;
  for (std::size_t i = 0; i < count; ++i) sum += static_cast<Wrapping>(a[i]) * static_cast<Wrapping>(b[i]);
  return sum;
}

bool any_pair(const std::uint8_t* a, const std::uint8_t* b, std::size_t count) noexcept {
  for (std::size_t at = 0; at < count; at += kBlock) {
    const std::size_t end = std::min(count, at + kBlock);
    bool found = false;
    for (std::size_t i = at; i < end; ++i) found |= a[i] != 0 && b[i] != 0;
    if (found) return true;
  }
  return false;
}

// Reals, complex numbers being two each.
template <class P>
struct Factors {
  const P* a;
  const P* b;
  std::size_t count;
  std::size_t parts;
};

// Calls visit(x, y) with the factors of every product in the sum of a part.
template <class P, class Visitor>
void for_each_product(const Factors<P>& factors, std::size_t part, Visitor visit) noexcept {
  const double odd = factors.parts == 2 && part == 0 ? -1 : 1;
  for (std::size_t i = 0; i < factors.count; ++i)
    visit(widen(factors.a[i]) * (i % 2 == 0 ? 1 : odd), widen(factors.b[i ^ part]));
}

template <class P>
void add_part(const Factors<P>& factors, std::size_t part, FullSum& total) noexcept {
  for_each_product(factors, part, [&](double x, double y) {
    const double product = x * y;
    const std::uint64_t special = special_of(product);
    total.special |= special;
    if (special != 0) return;
    total.sum.add(product);
    total.sum.add(std::fma(x, y, -product));
  });
}

// The imaginary part is a sum of products with the parts of b swapped.
template <class P>
Sum2<double> sum_part(const Factors<P>& factors, std::size_t part) noexcept {
  constexpr Kind kReal = KindOf<P>::value;
  if (part == 0)
    return sum_of_products(kReal, factors.a, factors.b, factors.count, factors.parts == 2 ? -1 : 1);
  Sum2<double> sum;
  std::array<P, kBlock> swapped;
  for (std::size_t at = 0; at < factors.count; at += kBlock) {
    const std::size_t block = std::min(kBlock, factors.count - at);
    for (std::size_t i = 0; i < block; ++i) swapped[i] = factors.b[at + (i ^ 1U)];
    sum.add(sum_of_products(kReal, factors.a + at, swapped.data(), block, 1));
  }
  return sum;
}

template <class P>
void add_part(const Factors<P>& factors, std::size_t part, EstimatedSum& total) noexcept {
  Sum2<double> sum{total.high, total.low};
  sum.add(sum_part(factors, part));
  if (std::isfinite(sum.high + sum.low)) {
    total.high = sum.high;
    total.low = sum.low;
    return;
  }
  std::uint64_t special = 0;
  for_each_product(factors, part, [&](double x, double y) { special |= special_of(x * y); });
  total.special |= special != 0 ? special : std::uint64_t{kOverflow};
}

template <class F, Element T>
void add(const Stored<T>* a, const Stored<T>* b, std::size_t count, Partial<F, T>& partial) noexcept {
  if constexpr (std::is_same_v<T, bool>) {
    partial |= any_pair(a, b, count) ? 1U : 0U;
  } else if constexpr (std::is_integral_v<T>) {
    partial += multiply_integers<T>(a, b, count);
  } else if constexpr (kIsLong<T>) {
    for (std::size_t i = 0; i < count; ++i) partial.add(a[i] * b[i]);
  } else {
    using P = Real<T>;
    const Factors<P> factors{reinterpret_cast<const P*>(a), reinterpret_cast<const P*>(b), count * kParts<T>,
                             kParts<T>};
    for (std::size_t part = 0; part < kParts<T>; ++part) add_part(factors, part, partial[part]);
  }
}

// Calls visit(a, b, count) with the chunk's elements, all at once or, where they must be converted first, a
// block at a time.
template <Element T, class Visitor>
void for_each_pair(const ChunkInput& in, Visitor visit) noexcept {
  using S = Stored<T>;
  if (in.in[0].kind == in.in[1].kind) {
    visit(in.in[0].as<const S>(), in.in[1].as<const S>(), in.count());
    return;
  }
  alignas(64) std::array<std::array<std::byte, kBlock * sizeof(S)>, 2> blocks;
  for (std::uint64_t at = 0; at < in.count(); at += kBlock) {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(kBlock, in.count() - at));
    for (std::size_t i = 0; i < 2; ++i) {
      const Kind kind = in.in[i].kind;
      convert({kind, in.in[i].data + at * natural_itemsize(kind)}, {KindOf<T>::value, blocks[i].data()},
              count);
    }
    visit(reinterpret_cast<const S*>(blocks[0].data()), reinterpret_cast<const S*>(blocks[1].data()), count);
  }
}

template <class F>
void run(const ChunkInput& in) noexcept {
  visit_kind(promote(in.in[0].kind, in.in[1].kind), [&]<Element T>() {
    Partial<F, T> partial{};
    for_each_pair<T>(in, [&](const Stored<T>* a, const Stored<T>* b, std::size_t count) {
      add<F, T>(a, b, count, partial);
    });
    std::memcpy(in.partial, &partial, sizeof partial);
  });
}

template <Element T>
Value combine_integers(const Partials& partials) {
  std::uint64_t sum = 0;
  for (std::uint64_t i = 0; i < partials.chunks; ++i) sum += partials.at<std::uint64_t>(i);
  if constexpr (std::is_same_v<T, bool>)
    return make_value(sum != 0);
  else
    return make_value(static_cast<T>(sum));
}

Value combine_long(const Partials& partials) {
  LongSum sum;
  for (std::uint64_t i = 0; i < partials.chunks; ++i) sum.add(partials.at<LongSum>(i));
  const long double value = sum.value();
  return make_value(value != value ? std::numeric_limits<long double>::quiet_NaN() : value);
}

template <class F, Element T>
std::optional<Value> combine_floats(const Partials& partials) {
  std::array<TotalSum, kParts<T>> sums;
  for (std::uint64_t i = 0; i < partials.chunks; ++i) {
    const auto partial = partials.at<Partial<F, T>>(i);
    for (std::size_t part = 0; part < kParts<T>; ++part) sums[part].add(partial[part]);
  }
  const auto first = sums.front().template quotient<Real<T>>(1);
  const auto second = sums.back().template quotient<Real<T>>(1);
  if (!first || !second) return std::nullopt;
  if constexpr (kIsComplex<T>)
    return make_value(T(*first, *second));
  else
    return make_value(*first);
}

template <class F>
std::optional<Value> combine(const Partials& partials) {
  return visit_kind(promote(partials.kinds[0], partials.kinds[1]), [&]<Element T>() -> std::optional<Value> {
    if constexpr (std::is_integral_v<T>)
      return combine_integers<T>(partials);
    else if constexpr (kIsLong<T>)
      return combine_long(partials);
    else
      return combine_floats<F, T>(partials);
  });
}

template <class F>
std::size_t partial_bytes(const std::array<Kind, 2>& kinds, const Params&) {
  return visit_kind(promote(kinds[0], kinds[1]), []<Element T>() { return sizeof(Partial<F, T>); });
}

template <class F>
constexpr Kernel row(const Kernel* exact) {
  return {.info = {.name = "dot",
                   .summary = "The sum of the products of two arrays' elements.",
                   .arguments = {},
                   .arrays = 2,
                   .dtypes = "all numeric but longdouble with complex",
                   .result = "promoted dtype of the arrays",
                   .example = "run dot x y"},
          .accepts = can_promote,
          .partial_bytes = partial_bytes<F>,
          .run = run<F>,
          .combine = combine<F>,
          .exact = exact};
}

constinit const Kernel kExactDot = row<FullSum>(nullptr);

}  // namespace

constinit const Kernel kDot = row<EstimatedSum>(&kExactDot);

}  // namespace shmkit::kernel
