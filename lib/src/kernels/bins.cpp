#include "kernels/bins.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/bins.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace shmkit::kernel::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

using Doubles = hn::ScalableTag<double>;

template <class E, class V>
HWY_INLINE V rounded(V edge) {
  if constexpr (sizeof(E) == sizeof(double))
    return edge;
  else
    return hn::PromoteTo(Doubles(), hn::DemoteTo(hn::Rebind<float, Doubles>(), edge));
}

// bin_of() for a vector: indices are doubles until the end. Writes as many as it has lanes.
template <class E>
HWY_INLINE void find_vector(const Bins& bins, const double* data, std::int32_t* found) {
  const Doubles d;
  const auto zero = hn::Zero(d), one = hn::Set(d, 1), last = hn::Set(d, static_cast<double>(bins.count) - 1);
  const auto step = hn::Set(d, bins.step), lo = hn::Set(d, bins.lo);
  const auto lowest = hn::Set(d, bins.edge(0)), highest = hn::Set(d, bins.edge(bins.count));
  const auto edge = [&](auto bin) HWY_ATTR { return rounded<E>(hn::Add(hn::Mul(bin, step), lo)); };

  const auto element = hn::LoadU(d, data);
  const auto inside = hn::And(hn::Ge(element, lowest), hn::Le(element, highest));
  const auto x = hn::IfThenElse(inside, element, lowest);
  const auto guess = hn::Mul(hn::Sub(x, lo), hn::Set(d, bins.per_unit));
  auto bin = hn::Trunc(hn::Min(hn::IfThenElseZero(hn::Gt(guess, zero), guess), last));
  const auto before = hn::And(hn::Lt(x, edge(bin)), hn::Gt(bin, zero));
  bin = hn::Sub(bin, hn::IfThenElseZero(before, one));
  const auto after = hn::And(hn::Ge(x, edge(hn::Add(bin, one))), hn::Lt(bin, last));
  bin = hn::Add(bin, hn::IfThenElseZero(after, one));
  const hn::Rebind<std::int32_t, Doubles> di;
  hn::StoreU(hn::DemoteTo(di, hn::IfThenElse(inside, bin, hn::Set(d, -1))), di, found);
}

HWY_ATTR std::size_t find(const Bins& bins, const double* data, std::size_t count, std::int32_t* found) {
  const std::size_t lanes = hn::Lanes(Doubles());
  std::size_t i = 0;
  if (bins.edges == Kind::float64)
    for (; i + lanes <= count; i += lanes) find_vector<double>(bins, data + i, found + i);
  else if (bins.edges == Kind::float32)
    for (; i + lanes <= count; i += lanes) find_vector<float>(bins, data + i, found + i);
  return i;
}

}  // namespace
}  // namespace shmkit::kernel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace shmkit::kernel {

HWY_EXPORT(find);

namespace {

std::int32_t bin_of(const Bins& bins, double element) noexcept {
  if (bins.count == 0) return -1;
  if (!(element >= bins.edge(0) && element <= bins.edge(bins.count))) return -1;
  const double last = static_cast<double>(bins.count) - 1;
  const double guess = (element - bins.lo) * bins.per_unit;
  auto bin = static_cast<std::uint32_t>(guess > 0 ? (guess < last ? guess : last) : 0);
  if (bin > 0 && element < bins.edge(bin)) --bin;
  if (bin + 1 < bins.count && element >= bins.edge(bin + 1)) ++bin;
  return static_cast<std::int32_t>(bin);
}

}  // namespace

void find_bins(const Bins& bins, const double* data, std::size_t count, std::int32_t* found) noexcept {
  for (std::size_t i = HWY_DYNAMIC_DISPATCH(find)(bins, data, count, found); i < count; ++i)
    found[i] = bin_of(bins, data[i]);
}

}  // namespace shmkit::kernel
#endif
