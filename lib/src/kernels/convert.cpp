#include "kernels/convert.hpp"

#include <cstring>
#include <limits>
#include <type_traits>

#include "kernels/narrow.hpp"
#include "kernels/order.hpp"

namespace shmkit::kernel {
namespace {

// Truncates; NaN and what I cannot hold become its minimum. Both bounds are exact in R, and no value of R
// lies between the minimum and what would truncate to it, unless R is wide enough for minimum - 1.
template <class I, class R>
I to_signed(R value) noexcept {
  constexpr auto kMin = static_cast<R>(std::numeric_limits<I>::min());
  const bool fits = value > kMin - 1 ? value < -kMin : value == kMin;
  return fits ? static_cast<I>(value) : std::numeric_limits<I>::min();
}

// See convert().
template <class I, class R>
I to_integer(R value) noexcept {
  if constexpr (std::is_same_v<I, std::uint64_t>) {
    constexpr R kHalf = 0x1p63F;
    const bool high = value >= kHalf;
    const auto low = static_cast<std::uint64_t>(to_signed<std::int64_t>(high ? value - kHalf : value));
    return high ? low + (std::uint64_t{1} << 63U) : low;
  } else if constexpr (sizeof(I) == 8 || std::is_same_v<I, std::uint32_t>) {
    return static_cast<I>(to_signed<std::int64_t>(value));
  } else {
    return static_cast<I>(to_signed<std::int32_t>(value));
  }
}

template <Element To, Element From>
Stored<To> converted(Stored<From> value) noexcept {
  if constexpr (std::is_same_v<From, bool>) {
    return converted<To, std::uint8_t>(value != 0 ? 1 : 0);
  } else if constexpr (std::is_same_v<From, float16>) {
    return converted<To, float>(static_cast<float>(value));
  } else if constexpr (kIsComplex<From> && kIsComplex<To>) {
    using Part = typename To::value_type;
    return {static_cast<Part>(value.real()), static_cast<Part>(value.imag())};
  } else if constexpr (std::is_same_v<To, bool>) {
    return value != From{} ? 1 : 0;
  } else if constexpr (kIsComplex<From>) {
    return converted<To, typename From::value_type>(value.real());
  } else if constexpr (kIsComplex<To>) {
    return {static_cast<typename To::value_type>(value), 0};
  } else if constexpr (std::is_same_v<To, float16>) {
    if constexpr (std::is_same_v<From, double>)
      return to_float16(value);
    else
      return float16(static_cast<float>(value));
  } else if constexpr (std::is_integral_v<To> && std::is_floating_point_v<From>) {
    return to_integer<To>(value);
  } else {
    return static_cast<To>(value);
  }
}

}  // namespace

void convert(Column from, Column to, std::size_t count) noexcept {
  if (from.kind == to.kind) {
    if (from.data != to.data) std::memcpy(to.data, from.data, count * natural_itemsize(from.kind));
    return;
  }
  visit_kind(from.kind, [&]<Element From>() {
    visit_kind(to.kind, [&]<Element To>() {
      const auto* source = from.as<const Stored<From>>();
      auto* target = to.as<Stored<To>>();
      for (std::size_t i = 0; i < count; ++i) target[i] = converted<To, From>(source[i]);
    });
  });
}

}  // namespace shmkit::kernel
