#include "array/trailer.hpp"

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "array/trailer_layout.hpp"
#include "array/trailer_owner.hpp"
#include "array/typenum.hpp"

namespace shmkit::trailer {
namespace {

template <class T>
T load(std::span<const std::byte> bytes, std::size_t offset) {
  T value;
  std::memcpy(&value, bytes.subspan(offset, sizeof(T)).data(), sizeof(T));
  return value;
}

template <class T>
void store(std::span<std::byte> bytes, std::size_t offset, T value) {
  std::memcpy(bytes.subspan(offset, sizeof(T)).data(), &value, sizeof(T));
}

bool has_magic(std::span<const std::byte> bytes) {
  return bytes.size() >= kMagic.size() && std::memcmp(bytes.data(), kMagic.data(), kMagic.size()) == 0;
}

/// A trailer or the reason why it is none.
struct Candidate {
  std::optional<Trailer> trailer;
  std::string reason;
};

Candidate bad(std::string reason) { return {std::nullopt, std::move(reason)}; }

// Fields as stored, before anything is believed.
struct Raw {
  std::uint64_t size;
  std::int32_t typenum;
  std::optional<std::int32_t> itemsize;
  std::vector<std::int64_t> dims;
};

std::optional<Raw> read_raw(std::span<const std::byte> bytes, const Layout& layout, std::string& reason) {
  Raw raw{
      load<std::uint64_t>(bytes, kSizeOffset), load<std::int32_t>(bytes, kTypenumOffset), std::nullopt, {}};
  if (layout.itemsize_offset != 0) raw.itemsize = load<std::int32_t>(bytes, layout.itemsize_offset);
  const auto ndims = load<std::int32_t>(bytes, layout.ndims_offset);
  if (ndims < 0 || static_cast<std::size_t>(ndims) > layout.slots) {
    reason = fmt::format("its rank is {}, which must be 0..{}", ndims, layout.slots);
    return std::nullopt;
  }
  for (std::size_t axis = 0; axis < static_cast<std::size_t>(ndims); ++axis) {
    raw.dims.push_back(load<std::int64_t>(bytes, layout.dims_offset + 8 * axis));
  }
  return raw;
}

std::optional<Shape> checked_shape(const Raw& raw, std::string& reason) {
  std::vector<std::uint64_t> extents;
  for (const auto dim : raw.dims) {
    if (dim < 0) {
      reason = fmt::format("an extent is {}", dim);
      return std::nullopt;
    }
    extents.push_back(static_cast<std::uint64_t>(dim));
  }
  try {
    return Shape(std::span<const std::uint64_t>(extents));
  } catch (const Error& e) {
    reason = e.what();
    return std::nullopt;
  }
}

// The trailers without an itemsize leave that of S, U and V to be derived from the bytes of data.
std::int64_t stored_itemsize(const Raw& raw, Kind kind, std::uint64_t count) {
  if (raw.itemsize) return *raw.itemsize;
  const std::int64_t natural = natural_itemsize(kind);
  if (natural != 0 || count == 0 || raw.size % count != 0) return natural;
  const std::uint64_t derived = raw.size / count;
  return derived <= 0x7FFFFFFFU ? static_cast<std::int64_t>(derived) : 0;
}

std::optional<DType> checked_dtype(const Raw& raw, std::uint64_t count, std::string& reason) {
  if (raw.typenum == 17) reason = "it holds Python objects, which are pointers into the process that made it";
  const auto kind = kind_of_typenum(raw.typenum);
  if (!kind) {
    if (reason.empty()) reason = fmt::format("its type number {} is unknown", raw.typenum);
    return std::nullopt;
  }
  const std::int64_t itemsize = stored_itemsize(raw, *kind, count);
  const std::int64_t natural = natural_itemsize(*kind);
  const bool wrong =
      itemsize <= 0 || (natural != 0 && itemsize != natural) || (*kind == Kind::unicode && itemsize % 4 != 0);
  if (wrong) {
    reason = fmt::format("its items of {} bytes do not fit its type number {}", itemsize, raw.typenum);
    return std::nullopt;
  }
  return natural != 0 ? DType(*kind) : DType::flexible(*kind, static_cast<std::uint32_t>(itemsize));
}

// Empty: the trailer has none.
std::span<const std::byte> extension_of(std::span<const std::byte> bytes, const Shape& shape) {
  if (bytes.size() != kNumpy2.bytes || shape.rank() > kExtensionMaxRank) return {};
  const auto extension = bytes.subspan(kExtensionOffset, kExtensionBytes);
  const bool ours = std::memcmp(extension.data(), kExtensionMagic.data(), kExtensionMagic.size()) == 0;
  return ours ? extension : std::span<const std::byte>();
}

DType with_unit(const DType& dtype, std::span<const std::byte> extension) {
  const bool is_time = dtype.kind() == Kind::datetime64 || dtype.kind() == Kind::timedelta64;
  if (!is_time || extension.empty()) return dtype;
  const auto unit = load<std::uint32_t>(extension, 8);
  const auto multiple = load<std::uint32_t>(extension, 12);
  const bool known = unit != 0 && unit <= static_cast<std::uint32_t>(TimeUnit::as);
  if (!known || multiple == 0 || multiple > 0x7FFFFFFFU) return dtype;
  return DType::time(dtype.kind(), static_cast<TimeUnit>(unit), multiple);
}

/// `room`: the bytes before the trailer (after it, at the front).
Candidate check(std::span<const std::byte> bytes, const Layout& layout, TrailerKind kind, std::uint64_t room,
                std::uint64_t slack) {
  std::string reason;
  const auto raw = read_raw(bytes, layout, reason);
  if (!raw) return bad(reason);
  const auto shape = checked_shape(*raw, reason);
  if (!shape) return bad(reason);
  const auto dtype = checked_dtype(*raw, shape->size(), reason);
  if (!dtype) return bad(reason);
  std::uint64_t nbytes = 0;
  if (__builtin_mul_overflow(shape->size(), std::uint64_t{dtype->itemsize()}, &nbytes) ||
      nbytes != raw->size) {
    return bad(fmt::format("its size {} is not that of {} elements of {} bytes", raw->size, shape->size(),
                           dtype->itemsize()));
  }
  if (nbytes > room || room - nbytes > slack) {
    return bad(fmt::format("its data should have {} bytes, the file has room for {}", nbytes, room));
  }
  const auto extension = extension_of(bytes, *shape);
  Trailer found{kind, with_unit(*dtype, extension), *shape, nbytes, 0, std::nullopt};
  if (kind == TrailerKind::dual && !extension.empty()) found.owner = load_owner(extension);
  return {std::move(found), {}};
}

Candidate check_at_end(std::span<const std::byte> tail, const Layout& layout, TrailerKind kind,
                       std::uint64_t file_bytes, std::uint64_t slack) {
  if (tail.size() < layout.bytes) return {};
  const auto bytes = tail.last(layout.bytes);
  if (!has_magic(bytes)) return {};
  return check(bytes, layout, kind, file_bytes - layout.bytes, slack);
}

Candidate check_at_front(std::span<const std::byte> head, std::uint64_t file_bytes) {
  if (head.size() < kFrontBytes || !has_magic(head)) return {};
  auto candidate =
      check(head.first(kFrontBytes), kLegacy160, TrailerKind::front160, file_bytes - kFrontBytes, 0);
  if (candidate.trailer) candidate.trailer->data_offset = kFrontBytes;
  return candidate;
}

// Whether a 292-byte trailer lies over the end of this 548-byte one and says the same.
bool is_overlaid(std::span<const std::byte> tail, const Trailer& outer, std::uint64_t file_bytes,
                 std::uint64_t slack) {
  constexpr std::uint64_t kOuterPart = kNumpy2.bytes - kNumpy1.bytes;
  const auto inner = check_at_end(tail, kNumpy1, TrailerKind::numpy1, file_bytes, slack + kOuterPart).trailer;
  // The inner one has no unit of time.
  return inner && inner->dtype.kind() == outer.dtype.kind() &&
         inner->dtype.itemsize() == outer.dtype.itemsize() && inner->shape == outer.shape;
}

// Our own: the 548-byte trailer and the 292-byte one agree.
std::optional<Trailer> find_dual(std::span<const std::byte> tail, std::uint64_t file_bytes,
                                 std::uint64_t slack) {
  auto outer = check_at_end(tail, kNumpy2, TrailerKind::dual, file_bytes, slack).trailer;
  return outer && is_overlaid(tail, *outer, file_bytes, slack) ? outer : std::nullopt;
}

[[noreturn]] void refuse(std::string_view name, std::string_view reason) {
  throw Error(Errc::not_an_array, fmt::format("'{}' is damaged: {}", name, reason),
              "remove it with `shmtool delete --force` if nobody needs it");
}

[[noreturn]] void refuse_foreign(std::string_view name, std::uint64_t file_bytes) {
  throw Error(
      Errc::not_an_array,
      fmt::format("'{}' is not an array: its {} bytes carry no SharedArray trailer", name, file_bytes),
      "arrays are made by `shmtool create` or `shmtool import`");
}

}  // namespace

// Otherwise the trailer nearest to the end of the file is preferred: what lies before it may be data that
// looks like a trailer.
Trailer parse(std::span<const std::byte> tail, std::span<const std::byte> head, std::uint64_t file_bytes,
              std::uint64_t slack, std::string_view name) {
  if (auto dual = find_dual(tail, file_bytes, slack)) return *dual;
  const std::array candidates = {
      check_at_end(tail, kLegacy160, TrailerKind::legacy160, file_bytes, slack),
      check_at_end(tail, kLegacy288, TrailerKind::legacy288, file_bytes, slack),
      check_at_end(tail, kNumpy1, TrailerKind::numpy1, file_bytes, slack),
      check_at_end(tail, kNumpy2, TrailerKind::numpy2, file_bytes, slack),
      check_at_front(head, file_bytes),
  };
  const std::string* reason = nullptr;
  for (const auto& candidate : candidates) {
    if (candidate.trailer) return *candidate.trailer;
    if (!candidate.reason.empty()) reason = &candidate.reason;
  }
  if (reason != nullptr) refuse(name, *reason);
  refuse_foreign(name, file_bytes);
}

namespace {

void fill_layout(std::span<std::byte> bytes, const DType& dtype, const Shape& shape, const Layout& layout) {
  std::memcpy(bytes.data(), kMagic.data(), kMagic.size());
  store(bytes, kSizeOffset, shape.size() * dtype.itemsize());
  store(bytes, kTypenumOffset, typenum_of(dtype));
  store(bytes, layout.itemsize_offset, static_cast<std::int32_t>(dtype.itemsize()));
  store(bytes, layout.ndims_offset, static_cast<std::int32_t>(shape.rank()));
  for (std::size_t axis = 0; axis < shape.rank(); ++axis) {
    store(bytes, layout.dims_offset + 8 * axis, shape.extents()[axis]);
  }
}

void fill_extension(std::span<std::byte> bytes, const DType& dtype, const std::optional<Owner>& owner) {
  std::memcpy(bytes.data(), kExtensionMagic.data(), kExtensionMagic.size());
  store(bytes, 8, static_cast<std::uint32_t>(dtype.unit()));
  store(bytes, 12, dtype.multiple());
  if (owner) store_owner(bytes, *owner);
}

}  // namespace

std::array<std::byte, kMaxBytes> make(const DType& dtype, const Shape& shape,
                                      const std::optional<Owner>& owner) {
  std::array<std::byte, kMaxBytes> bytes{};
  fill_layout(bytes, dtype, shape, kNumpy2);
  // Only where there is something to say: an array without it equals SharedArray's, byte for byte.
  const bool something = dtype.unit() != TimeUnit::generic || owner;
  if (something && shape.rank() <= kExtensionMaxRank) {
    fill_extension(std::span(bytes).subspan(kExtensionOffset, kExtensionBytes), dtype, owner);
  }
  fill_layout(std::span(bytes).last(kNumpy1.bytes), dtype, shape, kNumpy1);
  return bytes;
}

}  // namespace shmkit::trailer
