#pragma once

#include <complex>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <shmkit/float16.hpp>

namespace shmkit {

/// What an element is, independent of its size where that varies.
enum class Kind : std::uint8_t {
  boolean,
  int8,
  uint8,
  int16,
  uint16,
  int32,
  uint32,
  int64,
  uint64,
  float16,
  float32,
  float64,
  longdouble,  ///< The platform's long double: x87 in 16 bytes on x86-64, IEEE quad on arm64.
  complex64,
  complex128,
  clongdouble,  ///< Opaque.
  bytes,        ///< NumPy's S: zero-padded bytes. Opaque, as all below.
  unicode,      ///< NumPy's U: zero-padded UCS-4.
  raw,          ///< NumPy's V: bytes without meaning; structured dtypes end up here.
  datetime64,
  timedelta64,
};

/// The unit of a datetime64 or timedelta64, in NumPy's order (NPY_DATETIMEUNIT).
enum class TimeUnit : std::uint8_t { generic, Y, M, W, D, h, m, s, ms, us, ns, ps, fs, as };

/// The type of an array's elements: one of NumPy's dtypes, in native byte order.
///
/// Names are NumPy's: "float64", "int32", "bool", "complex128", "longdouble"; "S5", "U3", "V12" for
/// fixed-width elements; "datetime64[ns]". parse() also takes typestrs such as "<f8", "i4", "|u1".
///
/// Opaque dtypes (computable() is false) can be listed, attached, copied and exported, not computed on.
/// A DType is a small value; everything here may be called concurrently.
class DType {
 public:
  /// Requires: `kind` has a fixed size (everything before `bytes`), or is a datetime kind.
  constexpr DType(Kind kind) noexcept;  // NOLINT(google-explicit-constructor): a kind is a dtype.
  /// A flexible dtype of `itemsize` bytes, or a datetime with a unit ("25 seconds" is s, 25).
  static DType flexible(Kind kind, std::uint32_t itemsize);
  static DType time(Kind kind, TimeUnit unit, std::uint32_t multiple = 1);

  /// Throws Error (usage) for an unknown name, for `object` and for a foreign byte order, with a hint.
  static DType parse(std::string_view text);

  constexpr Kind kind() const noexcept { return kind_; }
  constexpr std::size_t itemsize() const noexcept { return itemsize_; }
  constexpr TimeUnit unit() const noexcept { return unit_; }
  constexpr std::uint32_t multiple() const noexcept { return multiple_; }
  constexpr bool computable() const noexcept { return kind_ < Kind::clongdouble; }

  std::string name() const;     ///< "float64", "U3", "datetime64[ns]"
  std::string typestr() const;  ///< "<f8", "<U3", "<M8[ns]": as in .npy headers and the array interface

  constexpr bool operator==(const DType&) const noexcept = default;

 private:
  constexpr DType(Kind kind, std::uint32_t itemsize, TimeUnit unit, std::uint32_t multiple) noexcept
      : kind_(kind), unit_(unit), itemsize_(itemsize), multiple_(multiple) {}

  Kind kind_;
  TimeUnit unit_ = TimeUnit::generic;
  std::uint32_t itemsize_;
  std::uint32_t multiple_ = 1;
};

// Implementation details follow.

constexpr std::uint32_t natural_itemsize(Kind kind) noexcept {
  switch (kind) {
    case Kind::boolean:
    case Kind::int8:
    case Kind::uint8:
      return 1;
    case Kind::int16:
    case Kind::uint16:
    case Kind::float16:
      return 2;
    case Kind::int32:
    case Kind::uint32:
    case Kind::float32:
      return 4;
    case Kind::int64:
    case Kind::uint64:
    case Kind::float64:
    case Kind::complex64:
    case Kind::datetime64:
    case Kind::timedelta64:
      return 8;
    case Kind::longdouble:
      return sizeof(long double);
    case Kind::complex128:
      return 16;
    case Kind::clongdouble:
      return 2 * sizeof(long double);
    case Kind::bytes:
    case Kind::unicode:
    case Kind::raw:
      return 0;
  }
  return 0;
}

constexpr DType::DType(Kind kind) noexcept : kind_(kind), itemsize_(natural_itemsize(kind)) {}

template <class T>
struct KindOf;
template <>
struct KindOf<bool> {
  static constexpr Kind value = Kind::boolean;
};
template <>
struct KindOf<std::int8_t> {
  static constexpr Kind value = Kind::int8;
};
template <>
struct KindOf<std::uint8_t> {
  static constexpr Kind value = Kind::uint8;
};
template <>
struct KindOf<std::int16_t> {
  static constexpr Kind value = Kind::int16;
};
template <>
struct KindOf<std::uint16_t> {
  static constexpr Kind value = Kind::uint16;
};
template <>
struct KindOf<std::int32_t> {
  static constexpr Kind value = Kind::int32;
};
template <>
struct KindOf<std::uint32_t> {
  static constexpr Kind value = Kind::uint32;
};
template <>
struct KindOf<std::int64_t> {
  static constexpr Kind value = Kind::int64;
};
template <>
struct KindOf<std::uint64_t> {
  static constexpr Kind value = Kind::uint64;
};
template <>
struct KindOf<float16> {
  static constexpr Kind value = Kind::float16;
};
template <>
struct KindOf<float> {
  static constexpr Kind value = Kind::float32;
};
template <>
struct KindOf<double> {
  static constexpr Kind value = Kind::float64;
};
template <>
struct KindOf<long double> {
  static constexpr Kind value = Kind::longdouble;
};
template <>
struct KindOf<std::complex<float>> {
  static constexpr Kind value = Kind::complex64;
};
template <>
struct KindOf<std::complex<double>> {
  static constexpr Kind value = Kind::complex128;
};

/// The C++ types that are elements: exactly those whose dtype is computable.
template <class T>
concept Element = requires {
  KindOf<T>::value;
};

/// Calls `visit.template operator()<T>()` with the C++ type of a computable kind.
/// Requires: DType(kind).computable().
template <class Visitor>
constexpr decltype(auto) visit_kind(Kind kind, Visitor&& visit) {
  switch (kind) {
    case Kind::boolean:
      return visit.template operator()<bool>();
    case Kind::int8:
      return visit.template operator()<std::int8_t>();
    case Kind::uint8:
      return visit.template operator()<std::uint8_t>();
    case Kind::int16:
      return visit.template operator()<std::int16_t>();
    case Kind::uint16:
      return visit.template operator()<std::uint16_t>();
    case Kind::int32:
      return visit.template operator()<std::int32_t>();
    case Kind::uint32:
      return visit.template operator()<std::uint32_t>();
    case Kind::int64:
      return visit.template operator()<std::int64_t>();
    case Kind::uint64:
      return visit.template operator()<std::uint64_t>();
    case Kind::float16:
      return visit.template operator()<float16>();
    case Kind::float32:
      return visit.template operator()<float>();
    case Kind::longdouble:
      return visit.template operator()<long double>();
    case Kind::complex64:
      return visit.template operator()<std::complex<float>>();
    case Kind::complex128:
      return visit.template operator()<std::complex<double>>();
    case Kind::float64:
    default:
      return visit.template operator()<double>();
  }
}

}  // namespace shmkit
