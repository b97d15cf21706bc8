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

// One step of Words' lanes, all blocks at once; the same rounds as in Philox::block().
HWY_ATTR void write_vector(Philox::Key key, std::uint64_t first, std::uint64_t* out) {
  const Words d;
  auto c0 = hn::Iota(d, first);
  auto c1 = hn::ShiftRight<32>(c0);
  auto c2 = hn::Zero(d);
  auto c3 = hn::Zero(d);
  for (int round = 0; round < Philox::kRounds; ++round) {
    const auto product0 = multiply(c0, Philox::kMultiplier0);
    const auto product1 = multiply(c2, Philox::kMultiplier1);
    c0 = hn::Xor(hn::Xor(hn::ShiftRight<32>(product1), c1), hn::Set(d, std::uint64_t{key[0]}));
    c2 = hn::Xor(hn::Xor(hn::ShiftRight<32>(product0), c3), hn::Set(d, std::uint64_t{key[1]}));
    c1 = product1;
    c3 = product0;
    key = {key[0] + Philox::kWeyl0, key[1] + Philox::kWeyl1};
  }
  const auto low = hn::Set(d, std::uint64_t{0xFFFFFFFFU});
  const auto even = hn::Or(hn::And(c0, low), hn::ShiftLeft<32>(c1));
  const auto odd = hn::Or(hn::And(c2, low), hn::ShiftLeft<32>(c3));
  hn::StoreInterleaved2(even, odd, d, out);
}
#endif

HWY_ATTR void blocks(std::uint64_t seed, std::uint64_t first, std::size_t count,
                     std::uint64_t* out) {
  const Philox::Key key{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32U)};
  std::size_t i = 0;
#if HWY_TARGET != HWY_SCALAR
  const std::size_t lanes = hn::Lanes(Words());
  for (; i + lanes <= count; i += lanes) write_vector(key, first + i, out + 2 * i);
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
