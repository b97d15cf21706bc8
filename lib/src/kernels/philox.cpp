#include "kernels/philox.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/philox.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace shmkit::kernel::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

#if HWY_TARGET != HWY_SCALAR
// A lane holds one word of one block in its low half. The high half is left to be anything: MulEven() does
// not look at it, and xor and shifts down do not carry it over.
using Words = hn::CappedTag<std::uint64_t, 8>;

template <class V>
HWY_INLINE V multiply(V word, std::uint32_t by) {
  const hn::Repartition<std::uint32_t, Words> halves;
  return hn::MulEven(hn::BitCast(halves, word), hn::Set(halves, by));
}

// The keys of all rounds, the same for every block.
struct Schedule {
  std::uint64_t key0[Philox::kRounds];
  std::uint64_t key1[Philox::kRounds];
};

HWY_ATTR Schedule make_schedule(Philox::Key key) {
  Schedule schedule;
  for (int round = 0; round < Philox::kRounds; ++round) {
    schedule.key0[round] = key[0];
    schedule.key1[round] = key[1];
    key = {key[0] + Philox::kWeyl0, key[1] + Philox::kWeyl1};
  }
  return schedule;
}

// As many blocks as Words has lanes, in the rounds of Philox::block().
template <class V>
HWY_INLINE void write_vector(const Schedule& schedule, V block, std::uint64_t* out) {
  const Words d;
  auto c0 = block;
  auto c1 = hn::ShiftRight<32>(c0);
  auto c2 = hn::Zero(d);
  auto c3 = hn::Zero(d);
  for (int round = 0; round < Philox::kRounds; ++round) {
    const auto product0 = multiply(c0, Philox::kMultiplier0);
    const auto product1 = multiply(c2, Philox::kMultiplier1);
    c0 = hn::Xor(hn::Xor(hn::ShiftRight<32>(product1), c1), hn::Set(d, schedule.key0[round]));
    c2 = hn::Xor(hn::Xor(hn::ShiftRight<32>(product0), c3), hn::Set(d, schedule.key1[round]));
    c1 = product1;
    c3 = product0;
  }
  const auto low = hn::Set(d, std::uint64_t{0xFFFFFFFFU});
  const auto even = hn::Or(hn::And(c0, low), hn::ShiftLeft<32>(c1));
  const auto odd = hn::Or(hn::And(c2, low), hn::ShiftLeft<32>(c3));
  hn::StoreInterleaved2(even, odd, d, out);
}
#endif

HWY_ATTR void blocks(std::uint64_t seed, std::uint64_t first, std::size_t count, std::uint64_t* out) {
  const Philox::Key key{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32U)};
  std::size_t i = 0;
#if HWY_TARGET != HWY_SCALAR
  const Schedule schedule = make_schedule(key);
  const std::size_t lanes = hn::Lanes(Words());
  auto counters = hn::Iota(Words(), first);
  for (; i + lanes <= count; i += lanes) {
    write_vector(schedule, counters, out + 2 * i);
    counters = hn::Add(counters, hn::Set(Words(), lanes));
  }
#endif
  for (; i < count; ++i) {
    const std::uint64_t block = first + i;
    const auto w = Philox::block(
        {static_cast<std::uint32_t>(block), static_cast<std::uint32_t>(block >> 32U), 0, 0}, key);
    out[2 * i] = w[0] | std::uint64_t{w[1]} << 32U;
    out[2 * i + 1] = w[2] | std::uint64_t{w[3]} << 32U;
  }
}

}  // namespace
}  // namespace shmkit::kernel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace shmkit::kernel {

HWY_EXPORT(blocks);

void philox_blocks(std::uint64_t seed, std::uint64_t first, std::size_t count, std::uint64_t* out) noexcept {
  HWY_DYNAMIC_DISPATCH(blocks)(seed, first, count, out);
}

}  // namespace shmkit::kernel
#endif
