#include "load_only.hpp"

#include <cstring>
#include <thread>
#include <vector>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "load_only.cpp"
#include <hwy/cache_control.h>
#include <hwy/foreach_target.h>  // Comes first.
#include <hwy/highway.h>

// With the widest vectors that the machine has and with prefetch: a bound that is easy to beat would be none.
HWY_BEFORE_NAMESPACE();
namespace shmkit::bench::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

constexpr std::size_t kAhead = 2048;  // Bytes; the best of 512 .. 8192 here.

HWY_ATTR std::uint64_t load_part(const std::uint64_t* data, std::size_t words) {
  const hn::ScalableTag<std::uint64_t> d;
  const std::size_t step = hn::Lanes(d);
  auto sum0 = hn::Zero(d);
  auto sum1 = hn::Zero(d);
  auto sum2 = hn::Zero(d);
  auto sum3 = hn::Zero(d);
  std::size_t i = 0;
  for (; i + 4 * step <= words; i += 4 * step) {
    for (std::size_t byte = 0; byte < 4 * step * sizeof(std::uint64_t); byte += 64) {
      hwy::Prefetch(reinterpret_cast<const char*>(data + i) + kAhead + byte);
    }
    sum0 = hn::Xor(sum0, hn::LoadU(d, data + i));
    sum1 = hn::Xor(sum1, hn::LoadU(d, data + i + step));
    sum2 = hn::Xor(sum2, hn::LoadU(d, data + i + 2 * step));
    sum3 = hn::Xor(sum3, hn::LoadU(d, data + i + 3 * step));
  }
  std::uint64_t lanes[hn::MaxLanes(d)];
  hn::StoreU(hn::Xor(hn::Xor(sum0, sum1), hn::Xor(sum2, sum3)), d, lanes);
  std::uint64_t result = 0;
  for (std::size_t lane = 0; lane < step; ++lane) result ^= lanes[lane];
  for (; i < words; ++i) result ^= data[i];
  return result;
}

}  // namespace shmkit::bench::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace shmkit::bench {

HWY_EXPORT(load_part);

std::uint64_t load_only(std::span<const std::byte> bytes, unsigned threads) {
  const auto* data = reinterpret_cast<const std::uint64_t*>(bytes.data());
  const std::size_t words = bytes.size() / sizeof(std::uint64_t);
  if (threads == 1) return HWY_DYNAMIC_DISPATCH(load_part)(data, words);
  std::vector<std::uint64_t> results(threads);
  {
    std::vector<std::jthread> pool;
    for (unsigned t = 0; t < threads; ++t) {
      const std::size_t begin = words * t / threads;
      const std::size_t end = words * (t + 1) / threads;
      pool.emplace_back([&results, t, data, begin, end] {
        results[t] = HWY_DYNAMIC_DISPATCH(load_part)(data + begin, end - begin);
      });
    }
  }
  std::uint64_t result = 0;
  for (const std::uint64_t part : results) result ^= part;
  return result;
}

}  // namespace shmkit::bench
#endif
