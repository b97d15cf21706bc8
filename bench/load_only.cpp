#include "load_only.hpp"

#include <array>
#include <cstring>
#include <thread>
#include <vector>

namespace shmkit::bench {
namespace {

// A vector of 64 bytes: the compiler makes of it whatever the machine has.
using Line __attribute__((vector_size(64))) = std::uint64_t;

std::uint64_t load_part(const std::byte* data, std::size_t lines) {
  std::array<Line, 4> sums{};
  std::size_t i = 0;
  for (; i + sums.size() <= lines; i += sums.size()) {
    for (std::size_t j = 0; j < sums.size(); ++j) {
      Line line;
      std::memcpy(&line, data + (i + j) * sizeof(Line), sizeof(Line));
      sums[j] ^= line;
    }
  }
  for (; i < lines; ++i) {
    Line line;
    std::memcpy(&line, data + i * sizeof(Line), sizeof(Line));
    sums[0] ^= line;
  }
  const Line all = sums[0] ^ sums[1] ^ sums[2] ^ sums[3];
  std::uint64_t result = 0;
  for (int lane = 0; lane < 8; ++lane) result ^= all[lane];
  return result;
}

}  // namespace

std::uint64_t load_only(std::span<const std::byte> bytes, unsigned threads) {
  const std::size_t lines = bytes.size() / sizeof(Line);
  if (threads == 1) return load_part(bytes.data(), lines);
  std::vector<std::uint64_t> results(threads);
  {
    std::vector<std::jthread> pool;
    for (unsigned t = 0; t < threads; ++t) {
      const std::size_t begin = lines * t / threads;
      const std::size_t end = lines * (t + 1) / threads;
      pool.emplace_back([&results, t, data = bytes.data() + begin * sizeof(Line), count = end - begin] {
        results[t] = load_part(data, count);
      });
    }
  }
  std::uint64_t result = 0;
  for (const std::uint64_t part : results) result ^= part;
  return result;
}

}  // namespace shmkit::bench
