#include "memory_loops.hpp"

#include <thread>
#include <vector>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "memory_loops.cpp"
#include <hwy/cache_control.h>
#include <hwy/foreach_target.h>  // Comes first.
#include <hwy/highway.h>

// With the widest vectors that the machine has and with prefetch: a bound that is easy to beat would be none.
HWY_BEFORE_NAMESPACE();
namespace shmkit::bench::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using D = hn::ScalableTag<std::uint64_t>;
using V = hn::Vec<D>;

constexpr std::size_t kAhead = 2048;  // Bytes; the best of 512 .. 8192 here.

HWY_ATTR HWY_INLINE void prefetch(const std::uint64_t* at, std::size_t bytes) {
  for (std::size_t byte = 0; byte < bytes; byte += 64)
    hwy::Prefetch(reinterpret_cast<const char*>(at) + kAhead + byte);
}

HWY_ATTR std::uint64_t load_part(const std::uint64_t* data, std::size_t words) {
  const D d;
  const std::size_t step = hn::Lanes(d);
  V sum0 = hn::Zero(d);
  V sum1 = hn::Zero(d);
  V sum2 = hn::Zero(d);
  V sum3 = hn::Zero(d);
  std::size_t i = 0;
  for (; i + 4 * step <= words; i += 4 * step) {
    prefetch(data + i, 4 * step * sizeof(std::uint64_t));
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

template <Stores kStores>
HWY_ATTR HWY_INLINE void store(V value, std::uint64_t* to) {
  if constexpr (kStores == Stores::plain)
    hn::Store(value, D(), to);
  else
    hn::Stream(value, D(), to);
}

template <Stores kStores>
HWY_ATTR void store_loop(std::uint64_t* to, std::size_t words, std::uint64_t word) {
  const D d;
  const V value = hn::Set(d, word);
  const std::size_t step = hn::Lanes(d);
  for (std::size_t i = 0; i < words; i += 4 * step) {
    store<kStores>(value, to + i);
    store<kStores>(value, to + i + step);
    store<kStores>(value, to + i + 2 * step);
    store<kStores>(value, to + i + 3 * step);
  }
  hwy::FlushStream();
}

template <Stores kStores>
HWY_ATTR void copy_loop(const std::uint64_t* from, std::uint64_t* to, std::size_t words) {
  const D d;
  const std::size_t step = hn::Lanes(d);
  for (std::size_t i = 0; i < words; i += 4 * step) {
    prefetch(from + i, 4 * step * sizeof(std::uint64_t));
    store<kStores>(hn::Load(d, from + i), to + i);
    store<kStores>(hn::Load(d, from + i + step), to + i + step);
    store<kStores>(hn::Load(d, from + i + 2 * step), to + i + 2 * step);
    store<kStores>(hn::Load(d, from + i + 3 * step), to + i + 3 * step);
  }
  hwy::FlushStream();
}

HWY_ATTR void store_part(std::uint64_t* to, std::size_t words, std::uint64_t word, Stores stores) {
  stores == Stores::plain ? store_loop<Stores::plain>(to, words, word)
                          : store_loop<Stores::non_temporal>(to, words, word);
}

HWY_ATTR void copy_part(const std::uint64_t* from, std::uint64_t* to, std::size_t words, Stores stores) {
  stores == Stores::plain ? copy_loop<Stores::plain>(from, to, words)
                          : copy_loop<Stores::non_temporal>(from, to, words);
}

}  // namespace shmkit::bench::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace shmkit::bench {

HWY_EXPORT(load_part);
HWY_EXPORT(store_part);
HWY_EXPORT(copy_part);

namespace {

constexpr std::size_t kPage = 512;  // Words.

// work(thread, first word, words), all parts but the last in whole pages.
template <class Work>
void share(std::size_t words, unsigned threads, Work work) {
  const auto begin = [=](unsigned t) { return t == threads ? words : words / kPage * t / threads * kPage; };
  std::vector<std::jthread> others;
  for (unsigned t = 1; t < threads; ++t)
    others.emplace_back([=] { work(t, begin(t), begin(t + 1) - begin(t)); });
  work(0U, std::size_t{0}, begin(1));
}

}  // namespace

std::uint64_t load_only(std::span<const std::byte> bytes, unsigned threads) {
  const auto* data = reinterpret_cast<const std::uint64_t*>(bytes.data());
  std::vector<std::uint64_t> results(threads);
  share(bytes.size() / sizeof(std::uint64_t), threads,
        [data, out = results.data()](unsigned t, std::size_t at, std::size_t words) {
          out[t] = HWY_DYNAMIC_DISPATCH(load_part)(data + at, words);
        });
  std::uint64_t result = 0;
  for (const std::uint64_t part : results) result ^= part;
  return result;
}

void store_only(std::span<std::byte> to, std::uint64_t word, Stores stores, unsigned threads) {
  auto* data = reinterpret_cast<std::uint64_t*>(to.data());
  share(to.size() / sizeof(std::uint64_t), threads, [=](unsigned, std::size_t at, std::size_t words) {
    HWY_DYNAMIC_DISPATCH(store_part)(data + at, words, word, stores);
  });
}

void copy_bytes(std::span<const std::byte> from, std::span<std::byte> to, Stores stores, unsigned threads) {
  const auto* source = reinterpret_cast<const std::uint64_t*>(from.data());
  auto* target = reinterpret_cast<std::uint64_t*>(to.data());
  share(from.size() / sizeof(std::uint64_t), threads, [=](unsigned, std::size_t at, std::size_t words) {
    HWY_DYNAMIC_DISPATCH(copy_part)(source + at, target + at, words, stores);
  });
}

}  // namespace shmkit::bench
#endif
