#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

#include "array/trailer_image.hpp"

namespace shmkit::test {

/// An array of doubles made as SharedArray makes them: the length set, nothing allocated but the trailer.
inline void make_sparse(const std::string& path, std::int64_t count) {
  std::ofstream(path, std::ios::binary).close();
  const std::string block = doubles(548, {count}).text();
  const auto data_bytes = static_cast<std::uint64_t>(count) * 8;
  std::filesystem::resize_file(path, data_bytes + block.size());
  std::fstream(path, std::ios::binary | std::ios::in | std::ios::out)
      .seekp(static_cast<std::streamoff>(data_bytes))
      .write(block.data(), static_cast<std::streamsize>(block.size()));
}

}  // namespace shmkit::test
