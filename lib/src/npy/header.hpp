#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <shmkit/dtype.hpp>
#include <shmkit/shape.hpp>

// The header of an .npy file, as numpy.lib.format specifies it:
//
//   offset  size
//        0     6  \x93NUMPY
//        6     2  version: 1.0, 2.0 or 3.0
//        8     2  length of the text, little-endian (4 bytes from version 2.0 on)
//       10     n  a Python dictionary, padded with spaces so that the data begin at a multiple of 64, and a
//       newline;
//                 Latin-1, from version 3.0 on UTF-8
namespace shmkit::npy {

struct Header {
  DType dtype = Kind::float64;
  bool swapped = false;        ///< The elements are in the other byte order than this machine's.
  bool fortran_order = false;  ///< The first axis varies fastest.
  Shape shape;
  std::size_t data_offset = 0;

  std::uint64_t nbytes() const noexcept { return shape.size() * dtype.itemsize(); }
};

/// Enough of a file for data_offset(); no .npy file is shorter.
inline constexpr std::size_t kPreludeSize = 12;

/// Where the data begin, judged from the first kPreludeSize bytes: what parse_header() needs.
/// Throws Error (not_an_array): no .npy file, an unknown version, a length that cannot be (above 1 MiB).
std::size_t data_offset(std::span<const std::byte> prelude, std::string_view file);

/// Parses a header. `bytes` is private memory and begins with the file's first byte; what follows the header
/// is ignored. The header may be hostile: nothing beyond `bytes` is read, and what comes back is checked in
/// full: an array of that dtype and shape can exist. `file` is what messages call its origin. Throws Error
/// (not_an_array), with a reason, for whatever cannot become an array here.
Header parse_header(std::span<const std::byte> bytes, std::string_view file);

/// What a header to be written says; the byte order is part of `descr`.
struct HeaderText {
  std::string descr;
  bool fortran_order = false;
  Shape shape;
  int major_version = 1;
};

/// The header, byte for byte as NumPy (1.23 and later) writes it. Throws Error (usage) for an unknown
/// version.
std::vector<std::byte> format_header(const HeaderText& text);

}  // namespace shmkit::npy
