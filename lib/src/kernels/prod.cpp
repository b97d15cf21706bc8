#include "kernels/pairwise.hpp"
#include "kernels/products.hpp"
#include "kernels/real_blocks.hpp"
#include "kernels/rows.hpp"

// prod, as numpy.prod: bool and signed integers in int64, unsigned ones in uint64, modulo 2^64;
// floating-point numbers in their dtype, but without overflow or underflow on the way (see ScaledProduct),
// float16 and float32 computed in double.
namespace shmkit::kernel {
namespace {

struct Multiply {
  std::uint64_t operator()(std::uint64_t a, std::uint64_t b) const noexcept { return a * b; }
  template <class W>
  ScaledProduct<W> operator()(ScaledProduct<W> earlier, const ScaledProduct<W>& later) const noexcept {
    earlier.multiply(later);
    return earlier;
  }
};

template <Element T>
using Partial = std::conditional_t<std::is_integral_v<T>, std::uint64_t, ScaledProduct<Wide<T>>>;

std::size_t partial_bytes(const std::array<Kind, 2>& kinds, const Params&) {
  return visit_kind(kinds[0], []<Element T>() { return sizeof(Partial<T>); });
}

// long double and complex: no vectors for them. Several products at a time: a multiplication waits for the
// one before.
template <Element T>
ScaledProduct<Wide<T>> multiply_scalars(const T* data, std::uint64_t count) noexcept {
  constexpr std::size_t kLanes = 4;
  ScaledProduct<Wide<T>> lanes[kLanes];
  std::uint64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) lanes[lane].multiply(Wide<T>(data[i + lane]));
  }
  for (; i < count; ++i) lanes[i % kLanes].multiply(Wide<T>(data[i]));
  const Multiply multiply;
  return multiply(multiply(lanes[0], lanes[1]), multiply(lanes[2], lanes[3]));
}

template <Element T>
Partial<T> product_of(const ChunkInput& in) noexcept {
  if constexpr (std::is_integral_v<T>)
    return multiply_integers(in.in[0].kind, in.in[0].data, in.count());
  else if constexpr (kIsComplex<T> || std::is_same_v<T, long double>)
    return multiply_scalars(in.in[0].as<const T>(), in.count());
  else
    return multiply_reals({in.in[0].kind, 1, in.in[0].data, in.count()});
}

void run(const ChunkInput& in) noexcept {
  visit_kind(in.in[0].kind, [&]<Element T>() {
    const Partial<T> product = product_of<T>(in);
    std::memcpy(in.partial, &product, sizeof product);
  });
}

std::optional<Value> combine(const Partials& partials) {
  return visit_kind(partials.kinds[0], [&]<Element T>() -> Value {
    Pairwise<Partial<T>, Multiply> product;
    for (std::uint64_t i = 0; i < partials.chunks; ++i) product.add(partials.at<Partial<T>>(i));
    if constexpr (!std::is_integral_v<T>)
      return make_value(product.total().template round<T>());
    else if constexpr (std::is_signed_v<T> || std::is_same_v<T, bool>)
      return make_value(static_cast<std::int64_t>(product.total()));
    else
      return make_value(product.total());
  });
}

}  // namespace

constinit const Kernel kProd = {
    .info = {.name = "prod",
             .summary = "The product of all elements, scaled on the way; integers wrap.",
             .arguments = {},
             .dtypes = "all numeric",
             .result = "int64, uint64 or dtype of the array",
             .example = "run prod x"},
    .accepts = is_computable,
    .partial_bytes = partial_bytes,
    .run = run,
    .combine = combine};

}  // namespace shmkit::kernel
