#include <array>

#include "kernels/order.hpp"
#include "kernels/parse_scalar.hpp"
#include "kernels/rows.hpp"

// linspace: evenly spaced numbers from start to stop, both included, bit for bit as numpy.linspace makes them
// from Python numbers: in float64 (complex128), then rounded to the dtype. longdouble is computed in
// longdouble.
namespace shmkit::kernel {
namespace {

constexpr std::array kArguments{
    ArgumentInfo{.name = "start", .summary = "The first element.", .fallback = {}},
    ArgumentInfo{.name = "stop", .summary = "The last element, if there is more than one.", .fallback = {}}};

template <class W>
struct Span {
  W start;
  W stop;
  W delta;
  W step;
};

// NumPy divides complex numbers by multiplying with the reciprocal.
template <class R>
R divide(R value, R by) noexcept {
  return value / by;
}
template <class R>
std::complex<R> divide(std::complex<R> value, R by) noexcept {
  return value * (R{1} / by);
}

template <class W>
struct RealOf {
  using type = W;
};
template <class R>
struct RealOf<std::complex<R>> {
  using type = R;
};
template <class W>
using Real = typename RealOf<W>::type;

template <class W>
Span<W> make_span(W start, W stop, std::uint64_t size) noexcept {
  const W delta = stop - start;
  return {start, stop, delta, size > 1 ? divide(delta, static_cast<Real<W>>(size - 1)) : W{}};
}

// A step that underflows to zero would put every element on start; NumPy then multiplies before it rounds.
template <class W>
W element(const Span<W>& span, std::uint64_t i, std::uint64_t size) noexcept {
  if (i > 0 && i + 1 == size) return span.stop;
  const auto position = static_cast<Real<W>>(i);
  if (span.step != W{} || size == 1) return span.start + span.step * position;
  return span.start + span.delta * divide(position, static_cast<Real<W>>(size - 1));
}

template <Element T>
inline constexpr bool kCanSpan = !std::is_integral_v<T>;

Params prepare(const Arguments& arguments, const Operands& operands) {
  const ArgumentText start{"linspace", "start", arguments.at("start")};
  const ArgumentText stop{"linspace", "stop", arguments.at("stop")};
  Params params;
  visit_kind(operands.kinds[0], [&]<Element T>() {
    if constexpr (kCanSpan<T>)
      params.set(make_span(parse_wide<T>(start), parse_wide<T>(stop), operands.size));
  });
  return params;
}

void run(const ChunkInput& in) noexcept {
  visit_kind(in.out.kind, [&]<Element T>() {
    if constexpr (kCanSpan<T>) {
      const auto span = in.params->get<Span<Wide<T>>>();
      T* out = reinterpret_cast<T*>(in.out.data);
      for (std::uint64_t i = in.begin; i < in.end; ++i)
        out[i - in.begin] = narrow<T>(element(span, i, in.size));
    }
  });
}

bool accepts(const std::array<Kind, 2>& kinds) {
  return is_computable(kinds) && visit_kind(kinds[0], []<Element T>() { return kCanSpan<T>; });
}

}  // namespace

constinit const Kernel kLinspace = {.info = {.name = "linspace",
                                             .summary = "Evenly spaced numbers from start to stop.",
                                             .arguments = kArguments,
                                             .kind = KernelKind::generator,
                                             .dtypes = "floating-point and complex",
                                             .result = "none",
                                             .example = "run linspace x --arg start=0 --arg stop=1"},
                                    .accepts = accepts,
                                    .prepare = prepare,
                                    .run = run};

}  // namespace shmkit::kernel
