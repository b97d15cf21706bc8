#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "array/trailer.hpp"

namespace shmkit::test {

/// One metadata block made by hand from the table of SharedArray's formats: independent of the library's own
/// constants. Every field can be told to lie.
struct TrailerImage {
  std::size_t bytes = 548;  ///< 548, 292, 288 or 160.
  std::uint64_t size = 0;
  std::int32_t typenum = 12;
  std::int32_t itemsize = 8;
  std::int32_t ndims = 0;
  std::vector<std::int64_t> dims;

  std::string text() const {
    const bool with_itemsize = bytes == 548 || bytes == 292;
    std::string out(bytes, '\0');
    put(out, 0, "[SharedArray]", 13);
    put(out, 16, &size, 8);
    put(out, 24, &typenum, 4);
    if (with_itemsize) put(out, 28, &itemsize, 4);
    put(out, with_itemsize ? 32 : 28, &ndims, 4);
    for (std::size_t i = 0; i < dims.size(); ++i) put(out, (with_itemsize ? 36 : 32) + 8 * i, &dims[i], 8);
    return out;
  }

 private:
  static void put(std::string& out, std::size_t offset, const void* from, std::size_t count) {
    std::memcpy(out.data() + offset, from, count);
  }
};

/// An honest block for an array of doubles.
inline TrailerImage doubles(std::size_t bytes, std::vector<std::int64_t> dims) {
  TrailerImage image;
  image.bytes = bytes;
  image.size = 8;
  for (const auto dim : dims) image.size *= static_cast<std::uint64_t>(dim);
  image.ndims = static_cast<std::int32_t>(dims.size());
  image.dims = std::move(dims);
  return image;
}

/// What a reader of a file with this content would hand to the parser.
inline trailer::Trailer parse_file(const std::string& content, std::uint64_t slack = 0) {
  const auto bytes = std::as_bytes(std::span(content));
  return trailer::parse(bytes.last(std::min(bytes.size(), trailer::kMaxBytes)),
                        bytes.first(std::min(bytes.size(), trailer::kFrontBytes)), content.size(), slack,
                        "x");
}

/// The same for a file whose data is not at hand: `data_bytes` of anything, then the block.
inline trailer::Trailer parse_tail(std::uint64_t data_bytes, const std::string& block,
                                   std::uint64_t slack = 0) {
  const auto bytes = std::as_bytes(std::span(block));
  return trailer::parse(bytes.last(std::min(bytes.size(), trailer::kMaxBytes)), {}, data_bytes + block.size(),
                        slack, "x");
}

inline std::string text_of(const std::array<std::byte, trailer::kMaxBytes>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace shmkit::test
