#include <array>
#include <limits>
#include <string>

#include <shmkit/error.hpp>

#include "kernels/order.hpp"
#include "kernels/parse_scalar.hpp"
#include "kernels/rows.hpp"

// arange: element i is start + i * step, bit for bit as numpy.arange makes it from Python numbers.
//
// NumPy rounds the first two elements to the dtype and takes their difference for the step of all others;
// float16 computes in float32. Integers are exact, and refused where the last one does not fit the dtype.
namespace shmkit::kernel {
namespace {

constexpr std::array kArguments{
    ArgumentInfo{.name = "start", .summary = "The first element.", .fallback = "0"},
    ArgumentInfo{.name = "step", .summary = "The difference of neighbours.", .fallback = "1"}};

/// A ramp of integers, modulo 2^64: prepare() has seen to it that both ends fit.
struct IntegerRamp {
  std::uint64_t start;
  std::uint64_t step;
};

template <class C>
struct RealRamp {
  C start;
  C second;
  C step;

  C at(std::uint64_t i) const noexcept {
    if (i <= 1) return i == 0 ? start : second;
    return start + static_cast<C>(static_cast<std::int64_t>(i)) * step;
  }
};

template <Element T>
using Compute = std::conditional_t<std::is_same_v<T, float16>, float, T>;

// No ramp leaves the range between its ends.
template <Element T>
IntegerRamp integer_ramp(T start, int128 step, std::uint64_t size) {
  int128 last = 0;
  const bool overflows = size > 0 && (__builtin_mul_overflow(int128{size - 1}, step, &last) ||
                                      __builtin_add_overflow(last, int128{start}, &last));
  const bool fits = last >= std::numeric_limits<T>::min() && last <= std::numeric_limits<T>::max();
  if (size > 0 && (overflows || !fits)) {
    throw Error(Errc::usage,
                "kernel arange: the last of " + std::to_string(size) + " elements does not fit " +
                    DType(KindOf<T>::value).name(),
                "Take a wider dtype or a smaller step.");
  }
  return {static_cast<std::uint64_t>(start), static_cast<std::uint64_t>(step)};
}

template <Element T>
RealRamp<Compute<T>> real_ramp(Wide<T> start, Wide<T> step) noexcept {
  const auto first = static_cast<Compute<T>>(narrow<T>(start));
  const auto second = static_cast<Compute<T>>(narrow<T>(start + step));
  return {first, second, second - first};
}

template <class P>
struct ComplexRamp {
  RealRamp<P> real;
  RealRamp<P> imaginary;
};

template <class P>
ComplexRamp<P> complex_ramp(std::complex<double> start, std::complex<double> step) noexcept {
  return {real_ramp<P>(start.real(), step.real()), real_ramp<P>(start.imag(), step.imag())};
}

Params prepare(const Arguments& arguments, const Operands& operands) {
  const ArgumentText start{"arange", "start", arguments.at("start")};
  const ArgumentText step{"arange", "step", arguments.at("step")};
  Params params;
  visit_kind(operands.kinds[0], [&]<Element T>() {
    if constexpr (std::is_integral_v<T>) {
      params.set(integer_ramp<T>(parse_scalar<T>(start), parse_integer(step), operands.size));
    } else if constexpr (kIsComplex<T>) {
      params.set(complex_ramp<typename T::value_type>(parse_wide<T>(start), parse_wide<T>(step)));
    } else {
      params.set(real_ramp<T>(parse_wide<T>(start), parse_wide<T>(step)));
    }
  });
  return params;
}

template <Element T, class MakeElement>
void write(const ChunkInput& in, MakeElement make) noexcept {
  T* out = reinterpret_cast<T*>(in.out.data);
  for (std::uint64_t i = in.begin; i < in.end; ++i) out[i - in.begin] = make(i);
}

void run(const ChunkInput& in) noexcept {
  visit_kind(in.out.kind, [&]<Element T>() {
    if constexpr (std::is_integral_v<T>) {
      const auto ramp = in.params->get<IntegerRamp>();
      write<T>(in, [ramp](std::uint64_t i) { return static_cast<T>(ramp.start + i * ramp.step); });
    } else if constexpr (kIsComplex<T>) {
      const auto ramp = in.params->get<ComplexRamp<typename T::value_type>>();
      write<T>(in, [ramp](std::uint64_t i) { return T(ramp.real.at(i), ramp.imaginary.at(i)); });
    } else {
      const auto ramp = in.params->get<RealRamp<Compute<T>>>();
      write<T>(in, [ramp](std::uint64_t i) { return static_cast<T>(ramp.at(i)); });
    }
  });
}

bool accepts(const std::array<Kind, 2>& kinds) { return is_computable(kinds) && kinds[0] != Kind::boolean; }

}  // namespace

constinit const Kernel kArange = {.info = {.name = "arange",
                                           .summary = "Counts: element i is start + i * step.",
                                           .arguments = kArguments,
                                           .kind = KernelKind::generator,
                                           .dtypes = "all numeric but bool",
                                           .result = "none",
                                           .example = "run arange x --arg start=10 --arg step=-1"},
                                  .accepts = accepts,
                                  .prepare = prepare,
                                  .run = run};

}  // namespace shmkit::kernel
