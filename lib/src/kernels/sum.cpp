#include <limits>

#include "kernels/float_sum.hpp"
#include "kernels/integer_sum.hpp"
#include "kernels/long_sum.hpp"
#include "kernels/order.hpp"
#include "kernels/rows.hpp"

// sum and mean: exact for integers and bools, within 1 ulp of Python's math.fsum for floating-point numbers
// (long double: see LongSum), a complex number part by part. A sum of zero is +0.0.
namespace shmkit::kernel {
namespace {

template <Element T>
struct PartOf {
  using type = T;
};
template <class T>
struct PartOf<std::complex<T>> {
  using type = T;
};
template <Element T>
using Part = typename PartOf<T>::type;

template <Element T>
inline constexpr std::size_t kParts = kIsComplex<T> ? 2 : 1;

template <Element T>
inline constexpr bool kIsLong = std::is_same_v<T, long double>;

enum class What { sum, mean };

// What a chunk leaves: F is the partial of the shorter floating types, EstimatedSum or FullSum.
template <class F, Element T>
std::size_t partial_size() {
  if constexpr (std::is_integral_v<T>)
    return sizeof(int128);
  else if constexpr (kIsLong<T>)
    return sizeof(LongSum);
  else
    return kParts<T> * sizeof(F);
}

template <class F>
std::size_t partial_bytes(const std::array<Kind, 2>& kinds, const Params&) {
  return visit_kind(kinds[0], []<Element T>() { return partial_size<F, T>(); });
}

template <class T>
void put(const ChunkInput& in, const T& partial) noexcept {
  std::memcpy(in.partial, &partial, sizeof partial);
}

void run_long(const ChunkInput& in) noexcept {
  const auto* data = reinterpret_cast<const long double*>(in.in[0].data);
  LongSum sum;
  for (std::uint64_t i = 0; i < in.end - in.begin; ++i) sum.add(data[i]);
  put(in, sum);
}

template <class F, Element T>
void run_float(const ChunkInput& in) noexcept {
  F sums[kParts<T>];
  const Reals reals{KindOf<Part<T>>::value, kParts<T>, in.in[0].data, kParts<T> * (in.end - in.begin)};
  if constexpr (std::is_same_v<F, EstimatedSum>)
    estimate_sums(reals, sums);
  else
    exact_sums(reals, sums);
  put(in, sums);
}

template <class F>
void run(const ChunkInput& in) noexcept {
  visit_kind(in.in[0].kind, [&]<Element T>() {
    if constexpr (std::is_integral_v<T>)
      put(in, sum_integers(in.in[0].kind, in.in[0].data, in.count()));
    else if constexpr (kIsLong<T>)
      run_long(in);
    else
      run_float<F, T>(in);
  });
}

// Whole part and fraction apart: a quotient of the rounded sum would be rounded twice, up to 1.5 ulp.
double mean_of(int128 total, std::uint64_t count) noexcept {
  if (count == 0)
    return std::numeric_limits<double>::quiet_NaN();  // One that the processor makes has any sign.
  const int128 divisor = count;
  return static_cast<double>(total / divisor) +
         static_cast<double>(total % divisor) / static_cast<double>(count);
}

template <What W, Element T>
Value combine_integers(const Partials& partials) {
  int128 total = 0;
  for (std::uint64_t i = 0; i < partials.chunks; ++i) total += partials.at<int128>(i);
  if constexpr (W == What::mean)
    return make_value(mean_of(total, partials.size));
  else if constexpr (std::is_signed_v<T> || std::is_same_v<T, bool>) {
    return make_value(static_cast<std::int64_t>(static_cast<std::uint64_t>(total)));
  } else {
    return make_value(static_cast<std::uint64_t>(total));
  }
}

template <What W>
Value combine_long(const Partials& partials) {
  LongSum total;
  for (std::uint64_t i = 0; i < partials.chunks; ++i) total.add(partials.at<LongSum>(i));
  const bool undefined = total.value() != total.value() || (W == What::mean && partials.size == 0);
  if (undefined) return make_value(std::numeric_limits<long double>::quiet_NaN());
  return make_value(W == What::mean ? total.mean(static_cast<long double>(partials.size)) : total.value());
}

template <class F, What W, Element T>
std::optional<Part<T>> combine_part(const Partials& partials, std::size_t part) {
  if (W == What::mean && partials.size == 0)
    return static_cast<Part<T>>(std::numeric_limits<float>::quiet_NaN());
  TotalSum total;
  for (std::uint64_t i = 0; i < partials.chunks; ++i) {
    F sum;
    std::memcpy(&sum, partials.data + i * partials.stride + part * sizeof(F), sizeof sum);
    total.add(sum);
  }
  return total.quotient<Part<T>>(W == What::mean ? static_cast<double>(partials.size) : 1);
}

template <class F, What W, Element T>
std::optional<Value> combine_floats(const Partials& partials) {
  const auto first = combine_part<F, W, T>(partials, 0);
  if (!first) return std::nullopt;
  if constexpr (kIsComplex<T>) {
    const auto second = combine_part<F, W, T>(partials, 1);
    return second ? std::optional(make_value(T(*first, *second))) : std::nullopt;
  } else {
    return make_value(*first);
  }
}

template <class F, What W>
std::optional<Value> combine(const Partials& partials) {
  return visit_kind(partials.kinds[0], [&]<Element T>() -> std::optional<Value> {
    if constexpr (std::is_integral_v<T>)
      return combine_integers<W, T>(partials);
    else if constexpr (kIsLong<T>)
      return combine_long<W>(partials);
    else
      return combine_floats<F, W, T>(partials);
  });
}

constexpr KernelInfo kSumInfo{.name = "sum",
                              .summary = "The sum of all elements, within 1 ulp; integers wrap at 64 bits.",
                              .arguments = {},
                              .dtypes = "all numeric",
                              .result = "int64, uint64 or dtype of the array",
                              .example = "run sum x"};
constexpr KernelInfo kMeanInfo{.name = "mean",
                               .summary = "The arithmetic mean; NaN for no elements.",
                               .arguments = {},
                               .dtypes = "all numeric",
                               .result = "float64 or dtype of the array",
                               .example = "run mean x --axis -1 --out means"};

template <class F, What W>
constexpr Kernel row(const Kernel* exact) {
  return {.info = W == What::sum ? kSumInfo : kMeanInfo,
          .accepts = is_computable,
          .partial_bytes = partial_bytes<F>,
          .run = run<F>,
          .combine = combine<F, W>,
          .exact = exact};
}

constinit const Kernel kExactSum = row<FullSum, What::sum>(nullptr);
constinit const Kernel kExactMean = row<FullSum, What::mean>(nullptr);

}  // namespace

constinit const Kernel kSum = row<EstimatedSum, What::sum>(&kExactSum);
constinit const Kernel kMean = row<EstimatedSum, What::mean>(&kExactMean);

}  // namespace shmkit::kernel
