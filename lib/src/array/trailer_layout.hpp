#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

// The bytes of SharedArray's metadata, shared by reader, writer and docs/segment_format.md.
//
// A trailer is packed and lies at any byte offset, so it is read and written field by field with memcpy:
//
//   offset  size      field      548 and 292      288 and 160
//        0    16      magic      "[SharedArray]", zero-padded
//       16     8      size       bytes of data
//       24     4      typenum    NumPy's type number
//       28     4      itemsize   bytes            (absent: ndims stands here)
//       32     4      ndims                       (absent: 4 bytes of padding come after ndims instead)
//       36   8 * n    dims       at 36            at 32
//
// Everything is little-endian, as NumPy writes it on x86-64 and arm64.
namespace shmkit::trailer {

inline constexpr std::string_view kMagic{"[SharedArray]\0\0\0", 16};

inline constexpr std::size_t kSizeOffset = 16;
inline constexpr std::size_t kTypenumOffset = 24;

struct Layout {
  std::size_t bytes;
  std::size_t slots;            ///< Of dims.
  std::size_t itemsize_offset;  ///< 0: not stored.
  std::size_t ndims_offset;
  std::size_t dims_offset;
};

inline constexpr Layout kNumpy2{548, 64, 28, 32, 36};
inline constexpr Layout kNumpy1{292, 32, 28, 32, 36};
inline constexpr Layout kLegacy288{288, 32, 0, 28, 32};
inline constexpr Layout kLegacy160{160, 16, 0, 28, 32};

/// What we add: 64 bytes in dims[19..26] of the 548-byte trailer, which every build ignores for ranks up
/// to 19.
///
///   offset  size
///        0     8      "shmkit-1"
///        8     4      datetime unit, NumPy's number; 0: generic
///       12     4      multiple of that unit
///       16     4      pid of the owner; 0: none, and zeros up to 60
///       20     4      inode of its PID namespace
///       24     8      its start time, in clock ticks since the machine was started
///       32    16      boot id
///       48     8      inode of this file: a copy has no owner
///       56     4      CRC-32 (that of zip) of the 40 bytes before
///       60     4      zero, for later versions
inline constexpr std::string_view kExtensionMagic = "shmkit-1";
inline constexpr std::size_t kExtensionOffset = 188;
inline constexpr std::size_t kExtensionBytes = 64;
inline constexpr std::size_t kExtensionMaxRank = 19;
inline constexpr std::size_t kOwnerOffset = 16;  ///< In the extension.

static_assert(kNumpy2.dims_offset + 8 * kNumpy2.slots == kNumpy2.bytes);
static_assert(kNumpy1.dims_offset + 8 * kNumpy1.slots == kNumpy1.bytes);
static_assert(kLegacy288.dims_offset + 8 * kLegacy288.slots == kLegacy288.bytes);
static_assert(kLegacy160.dims_offset + 8 * kLegacy160.slots == kLegacy160.bytes);
static_assert(kExtensionOffset == kNumpy2.dims_offset + 8 * kExtensionMaxRank,
              "the extension starts right after dims[18]");
static_assert(kExtensionOffset + kExtensionBytes <= kNumpy2.bytes - kNumpy1.bytes,
              "the extension must end before the overlaid trailer");

}  // namespace shmkit::trailer
