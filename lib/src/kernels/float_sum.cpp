#include "kernels/float_sum.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>

#include "kernels/lane_sums.hpp"
#include "kernels/narrow.hpp"
#include "kernels/order.hpp"

namespace shmkit::kernel {
namespace {

constexpr std::size_t kLanes = LaneSums::kLanes;

// Calls visit.template operator()<T>(elements) with the type of the reals.
template <class Visitor>
void visit_reals(const Reals& reals, Visitor&& visit) {
  if (reals.real == Kind::float64)
    visit(static_cast<const double*>(reals.data));
  else if (reals.real == Kind::float32)
    visit(static_cast<const float*>(reals.data));
  else
    visit(static_cast<const float16*>(reals.data));
}

// The last, incomplete row is filled up with zeros.
template <class T>
void add_all(Track track, const T* data, std::size_t count, LaneSums& lanes) noexcept {
  const std::size_t rest = count % kLanes;
  add_rows(KindOf<T>::value, track, data, count / kLanes, lanes);
  if (rest == 0) return;
  T padded[kLanes] = {};
  std::copy_n(data + (count - rest), rest, padded);
  add_rows(KindOf<T>::value, track, padded, 1, lanes);
}

// Adds lane i + half to lane i; what is rounded here is added to slack.
void fold(LaneSums& lanes, std::size_t half) noexcept {
  for (std::size_t i = 0; i < half; ++i) {
    const double a = lanes.high[i];
    const double b = lanes.high[i + half];
    const double sum = a + b;
    const double moved = sum - a;
    const double error = (a - (sum - moved)) + (b - moved);
    const double low = lanes.low[i] + lanes.low[i + half];
    lanes.high[i] = sum;
    lanes.low[i] = low + error;
    lanes.slack[i] += lanes.slack[i + half] + std::abs(low) + std::abs(lanes.low[i]);
  }
}

template <class T>
std::uint64_t specials(const T* data, std::size_t count, std::size_t stride) noexcept {
  std::uint64_t found = 0;
  for (std::size_t i = 0; i < count; i += stride) found |= special_of(widen(data[i]));
  return found;
}

// Twice the bound in Track::rounding: its own sum is rounded too, and underflows only where nothing else was
// rounded.
constexpr double kSlackUnit = 0x1p-52;

template <class T>
void add_exactly(const T* data, std::size_t count, std::size_t parts, FullSum* sums) noexcept {
  LaneSums lanes;
  add_all(Track::loss, data, count, lanes);
  const bool lossless = std::all_of(lanes.slack, lanes.slack + kLanes, [](double lost) { return lost == 0; });
  if (lossless) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      sums[lane % parts].sum.add(lanes.high[lane]);
      sums[lane % parts].sum.add(lanes.low[lane]);
    }
    return;
  }
  for (std::size_t i = 0; i < count; ++i) {
    const double value = widen(data[i]);
    const std::uint64_t special = special_of(value);
    if (special == 0) sums[i % parts].sum.add(value);
    sums[i % parts].special |= special;
  }
}

bool are_neighbours(float16 a, float16 b) noexcept { return std::abs(sort_key(a) - sort_key(b)) <= 1; }

template <class T>
bool are_neighbours(T a, T b) noexcept {
  return a == b || std::nextafter(a, b) == b;
}

}  // namespace

std::uint64_t special_of(double value) noexcept {
  if (value != value) return kNan;
  if (std::isinf(value)) return value > 0 ? kPlusInfinity : kMinusInfinity;
  return 0;
}

void estimate_sums(const Reals& reals, EstimatedSum* sums) noexcept {
  visit_reals(reals, [&](const auto* data) {
    LaneSums lanes;
    add_all(Track::rounding, data, reals.count, lanes);
    for (std::size_t half = kLanes / 2; half >= reals.parts; half /= 2) fold(lanes, half);
    for (std::size_t part = 0; part < reals.parts; ++part) {
      sums[part] = {lanes.high[part], lanes.low[part], lanes.slack[part] * kSlackUnit, 0};
      if (std::isfinite(lanes.slack[part])) continue;
      const std::uint64_t special = specials(data + part, reals.count - part, reals.parts);
      sums[part] = {0, 0, 0, special != 0 ? special : std::uint64_t{kOverflow}};
    }
  });
}

void exact_sums(const Reals& reals, FullSum* sums) noexcept {
  constexpr std::size_t kBlock = 32 * kLanes;
  std::fill_n(sums, reals.parts, FullSum{});
  visit_reals(reals, [&](const auto* data) {
    for (std::size_t at = 0; at < reals.count; at += kBlock) {
      add_exactly(data + at, std::min(kBlock, reals.count - at), reals.parts, sums);
    }
  });
}

void TotalSum::add(const EstimatedSum& part) noexcept {
  sum.add(part.high);
  sum.add(part.low);
  slack += part.slack;
  special |= part.special;
}

void TotalSum::add(const FullSum& part) noexcept {
  sum.add(part.sum);
  special |= part.special;
}

template <Element T>
std::optional<T> TotalSum::quotient(double divisor) const noexcept {
  constexpr std::uint64_t kBoth = kPlusInfinity | kMinusInfinity;
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if ((special & kNan) != 0 || (special & kBoth) == kBoth)
    return narrow<T>(std::numeric_limits<double>::quiet_NaN());
  if ((special & kBoth) != 0) return narrow<T>((special & kPlusInfinity) != 0 ? kInfinity : -kInfinity);
  if ((special & kOverflow) != 0 || !std::isfinite(slack)) return std::nullopt;

  const auto rounded = [&](double offset) {
    ExactSum moved = sum;
    moved.add(offset);
    return narrow<T>(moved.round() / divisor);
  };
  if (!are_neighbours(rounded(-slack), rounded(slack))) return std::nullopt;
  return rounded(0);
}

template std::optional<float16> TotalSum::quotient<float16>(double) const noexcept;
template std::optional<float> TotalSum::quotient<float>(double) const noexcept;
template std::optional<double> TotalSum::quotient<double>(double) const noexcept;

}  // namespace shmkit::kernel
