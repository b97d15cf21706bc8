#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include <shmkit/array.hpp>

namespace shmkit::trailer {

inline constexpr std::size_t kMaxBytes = 548;
inline constexpr std::size_t kFrontBytes = 160;

/// The process whose end makes an array useless, and the file that says so.
struct Owner {
  ProcessIdentity process;
  std::uint64_t inode = 0;

  bool operator==(const Owner&) const = default;
};

struct Trailer {
  TrailerKind kind = TrailerKind::dual;
  DType dtype = Kind::float64;
  Shape shape;
  std::uint64_t nbytes = 0;
  std::uint64_t data_offset = 0;
  std::optional<Owner> owner = std::nullopt;  ///< Of TrailerKind::dual only.
};

/// Finds and checks the metadata of a file of `file_bytes` bytes.
///
/// `tail`: its last min(kMaxBytes, file_bytes) bytes. `head`: its first min(kFrontBytes, file_bytes) bytes.
/// `slack`: how many bytes may lie between data and trailer (a huge page on hugetlbfs, otherwise 0).
/// Both must be private copies: the file may change while we look.
/// Throws Error (not_an_array) that says what is wrong with it.
Trailer parse(std::span<const std::byte> tail, std::span<const std::byte> head, std::uint64_t file_bytes,
              std::uint64_t slack, std::string_view name);

/// The last 548 bytes of an array that every SharedArray from 3.1 on opens.
/// Requires: shape.rank() <= Shape::kMaxCreateRank; with an owner, <= kExtensionMaxRank.
std::array<std::byte, kMaxBytes> make(const DType& dtype, const Shape& shape,
                                      const std::optional<Owner>& owner = std::nullopt);

}  // namespace shmkit::trailer
