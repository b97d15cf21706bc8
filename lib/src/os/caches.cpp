#include "os/caches.hpp"

#include <algorithm>
#include <fstream>
#include <string>

namespace shmkit::os {
namespace {

// "48K", "2048K", "32M"
std::uint64_t read_size(const std::string& path) {
  std::ifstream in(path);
  std::uint64_t size = 0;
  char unit = 'B';
  if (!(in >> size)) return 0;
  in >> unit;
  return unit == 'K' ? size << 10U : unit == 'M' ? size << 20U : size;
}

}  // namespace

std::uint64_t last_level_cache_bytes() {
  std::uint64_t largest = 0;
  for (int index = 0;; ++index) {
    const std::string cache = "/sys/devices/system/cpu/cpu0/cache/index" + std::to_string(index);
    const std::uint64_t size = read_size(cache + "/size");
    if (size == 0) return largest;
    largest = std::max(largest, size);
  }
}

}  // namespace shmkit::os
