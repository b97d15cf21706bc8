#include "npy/header.hpp"

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

#include <shmkit/error.hpp>

#include "npy/descr.hpp"
#include "npy/literal.hpp"
#include "npy/refuse.hpp"

namespace shmkit::npy {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kLengthAt = 8;
constexpr std::size_t kAlignment = 64;
constexpr std::uint64_t kMaxText = 1U << 20U;
constexpr std::size_t kGrowthDigits = 21;

std::size_t length_size(int major) { return major == 1 ? 2 : 4; }

std::uint64_t text_length(std::span<const std::byte> prelude, int major) {
  std::uint64_t length = 0;
  for (std::size_t i = length_size(major); i-- > 0;) {
    length = length << 8U | std::to_integer<std::uint64_t>(prelude[kLengthAt + i]);
  }
  return length;
}

int major_version(std::span<const std::byte> prelude, std::string_view file) {
  const int major = std::to_integer<int>(prelude[6]);
  const int minor = std::to_integer<int>(prelude[7]);
  if (major < 1 || major > 3 || minor != 0) {
    refuse(file, fmt::format("its format version is {}.{}; known are 1.0, 2.0 and 3.0", major, minor));
  }
  return major;
}

void require_magic(std::span<const std::byte> prelude, std::string_view file) {
  if (prelude.empty()) refuse(file, "it is empty");
  const auto same = [](std::byte b, char c) { return b == static_cast<std::byte>(c); };
  const std::size_t size = std::min(prelude.size(), kMagic.size());
  if (!std::ranges::equal(prelude.first(size), kMagic.substr(0, size), same)) {
    refuse(file, "it is not an .npy file: it does not begin with \\x93NUMPY",
           "write it with np.save(); raw data or .npz archives have to be converted first");
  }
  if (prelude.size() < kPreludeSize) refuse(file, "it is truncated: the header is incomplete");
}

Shape checked_shape(const Fields& fields, const DType& dtype, std::string_view file) {
  if (fields.shape.size() > Shape::kMaxCreateRank) {
    refuse(file,
           fmt::format("it has {} axes; shared arrays have at most {}", fields.shape.size(),
                       Shape::kMaxCreateRank),
           "reshape it before saving it");
  }
  try {
    const Shape shape(std::span<const std::uint64_t>(fields.shape));
    constexpr std::uint64_t kMaxBytes = std::uint64_t{1} << 62U;
    if (shape.size() <= kMaxBytes / dtype.itemsize()) return shape;
  } catch (const Error& e) {
    if (e.errc() != Errc::usage) throw;
  }
  refuse(file, "its shape has more elements than any array can have");
}

std::size_t prefix_size(int major) { return kLengthAt + length_size(major); }

// NumPy leaves room for the slowest axis to grow to 21 digits without moving the data.
std::string dictionary(const HeaderText& text) {
  std::string dict = fmt::format("{{'descr': '{}', 'fortran_order': {}, 'shape': {}, }}", text.descr,
                                 text.fortran_order ? "True" : "False", text.shape.text());
  if (text.shape.rank() == 0) return dict;
  const std::size_t axis = text.fortran_order ? text.shape.rank() - 1 : 0;
  return dict.append(kGrowthDigits - fmt::formatted_size("{}", text.shape.extent(axis)), ' ');
}

}  // namespace

std::size_t data_offset(std::span<const std::byte> prelude, std::string_view file) {
  require_magic(prelude, file);
  const int major = major_version(prelude, file);
  const std::uint64_t length = text_length(prelude, major);
  if (length > kMaxText) {
    refuse(file,
           fmt::format("its header claims {} bytes; more than {} are not believable", length, kMaxText));
  }
  const std::size_t offset = prefix_size(major) + static_cast<std::size_t>(length);
  if (offset < kPreludeSize) refuse(file, "its header is empty");
  return offset;
}

Header parse_header(std::span<const std::byte> bytes, std::string_view file) {
  const std::size_t offset = data_offset(bytes, file);
  if (bytes.size() < offset) {
    refuse(file, fmt::format("it is truncated: {} bytes of a header of {}", bytes.size(), offset));
  }
  const int major = major_version(bytes, file);
  const auto text = bytes.first(offset).subspan(prefix_size(major));
  const Fields fields =
      parse_fields({reinterpret_cast<const char*>(text.data()), text.size()}, major < 3, file);
  const auto [dtype, swapped] = parse_descr(fields.descr, file);
  return {dtype, swapped, fields.fortran_order, checked_shape(fields, dtype, file), offset};
}

std::vector<std::byte> format_header(const HeaderText& text) {
  const int major = text.major_version;
  if (major < 1 || major > 3) {
    throw Error(Errc::usage, fmt::format("there is no .npy version {}.0", major), "choose 1, 2 or 3");
  }
  std::string header = dictionary(text);
  // At least one byte of padding, for the newline. At most 64 extents: the length never exceeds what version
  // 1 can say.
  const std::size_t unpadded = prefix_size(major) + header.size() + 1;
  header.append(kAlignment - unpadded % kAlignment, ' ').push_back('\n');

  std::string file(kMagic);
  file += {static_cast<char>(major), '\0'};
  for (std::size_t i = 0; i < length_size(major); ++i) {
    file.push_back(static_cast<char>(header.size() >> (8 * i) & 0xffU));
  }
  file += header;
  const auto bytes = std::as_bytes(std::span(file));
  return {bytes.begin(), bytes.end()};
}

}  // namespace shmkit::npy
