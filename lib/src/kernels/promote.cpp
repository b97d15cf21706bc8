#include "kernels/promote.hpp"

#include <algorithm>

namespace shmkit::kernel {
namespace {

// In NumPy's order: what is written may not move down.
enum class Family { boolean, natural, integer, real, complex };

constexpr Family family_of(Kind kind) noexcept {
  switch (kind) {
    case Kind::boolean:
      return Family::boolean;
    case Kind::uint8:
    case Kind::uint16:
    case Kind::uint32:
    case Kind::uint64:
      return Family::natural;
    case Kind::int8:
    case Kind::int16:
    case Kind::int32:
    case Kind::int64:
      return Family::integer;
    case Kind::complex64:
    case Kind::complex128:
    case Kind::clongdouble:
      return Family::complex;
    default:
      return Family::real;
  }
}

// The smallest real kind that NumPy holds to be wide enough for all values of a kind, or of its parts.
constexpr Kind real_of(Kind kind) noexcept {
  switch (kind) {
    case Kind::boolean:
    case Kind::int8:
    case Kind::uint8:
    case Kind::float16:
      return Kind::float16;
    case Kind::int16:
    case Kind::uint16:
    case Kind::float32:
    case Kind::complex64:
      return Kind::float32;
    case Kind::longdouble:
    case Kind::clongdouble:
      return Kind::longdouble;
    default:
      return Kind::float64;
  }
}

constexpr Kind complex_of(Kind real) noexcept {
  if (real == Kind::longdouble) return Kind::clongdouble;
  return real == Kind::float64 ? Kind::complex128 : Kind::complex64;
}

constexpr Kind signed_of(std::uint32_t itemsize) noexcept {
  if (itemsize == 2) return Kind::int16;
  if (itemsize == 4) return Kind::int32;
  return itemsize == 8 ? Kind::int64 : Kind::float64;
}

constexpr Kind promote_integers(Kind a, Kind b) noexcept {
  const auto size_a = natural_itemsize(a);
  const auto size_b = natural_itemsize(b);
  if (family_of(a) == family_of(b)) return size_a > size_b ? a : b;
  const Kind with_sign = family_of(a) == Family::integer ? a : b;
  const auto natural_size = with_sign == a ? size_b : size_a;
  return natural_itemsize(with_sign) > natural_size ? with_sign : signed_of(2 * natural_size);
}

}  // namespace

Kind promote(Kind a, Kind b) noexcept {
  if (a == Kind::boolean) return b;
  if (b == Kind::boolean) return a;
  const Family family = std::max(family_of(a), family_of(b));
  if (family <= Family::integer) return promote_integers(a, b);
  // The real kinds are declared from the narrowest to the widest.
  const Kind real = std::max(real_of(a), real_of(b));
  return family == Family::real ? real : complex_of(real);
}

Kind inexact(Kind kind) noexcept { return family_of(kind) <= Family::integer ? real_of(kind) : kind; }

bool can_write(Kind from, Kind to) noexcept { return family_of(from) <= family_of(to); }

}  // namespace shmkit::kernel
