#include <algorithm>
#include <array>
#include <bit>

#include "kernels/order.hpp"
#include "kernels/parse_scalar.hpp"
#include "kernels/philox.hpp"
#include "kernels/rows.hpp"

// random: uniform numbers that depend on the seed, the dtype and the flat index, and on nothing else.
//
// The blocks of Philox4x32-10 (philox.hpp), one after another, are a stream of little-endian bytes. Element i
// is made from bytes [i w, (i + 1) w) of it, w being the size of the dtype (8 for longdouble). As an unsigned
// number r:
//   integers     all bits of r
//   bool         the lowest bit of r
//   float16      (r >> 5) / 2^11   in [0, 1)
//   float32      (r >> 8) / 2^24   in [0, 1)
//   float64      (r >> 11) / 2^53  in [0, 1)
//   longdouble   r / 2^64          in [0, 1)
//   complex      real and imaginary part from half of the bytes each, as float32 or float64
// So float64 element i is half i % 2 of block i / 2.
namespace shmkit::kernel {
namespace {

static_assert(std::endian::native == std::endian::little, "the stream is defined as little-endian bytes");

constexpr std::array kArguments{
    ArgumentInfo{.name = "seed", .summary = "A number from 0 to 2^64 - 1.", .fallback = "0"}};

constexpr std::size_t kBlockBytes = 16;
constexpr std::size_t kBlocks = 256;  // At a time: 4 KiB stay in the first cache.

template <Element T>
inline constexpr std::size_t kWidth = std::is_same_v<T, long double> ? 8 : sizeof(T);

template <class R>
R read(const std::byte* from) noexcept {
  R bits;
  std::memcpy(&bits, from, sizeof bits);
  return bits;
}

// Through signed integers, which processors convert in one instruction.
template <Element T>
T make(const std::byte* from) noexcept {
  if constexpr (kIsComplex<T>) {
    using P = typename T::value_type;
    return {make<P>(from), make<P>(from + sizeof(P))};
  } else if constexpr (std::is_same_v<T, bool>) {
    return (read<std::uint8_t>(from) & 1U) != 0;
  } else if constexpr (std::is_same_v<T, float16>) {
    return float16(static_cast<float>(read<std::uint16_t>(from) >> 5U) * 0x1p-11F);
  } else if constexpr (std::is_same_v<T, float>) {
    return static_cast<float>(static_cast<std::int32_t>(read<std::uint32_t>(from) >> 8U)) * 0x1p-24F;
  } else if constexpr (std::is_same_v<T, double>) {
    return static_cast<double>(static_cast<std::int64_t>(read<std::uint64_t>(from) >> 11U)) * 0x1p-53;
  } else if constexpr (std::is_same_v<T, long double>) {
    return static_cast<long double>(read<std::uint64_t>(from)) * 0x1p-64L;
  } else {
    return read<T>(from);
  }
}

template <Element T>
void generate(std::uint64_t seed, std::uint64_t begin, std::uint64_t end, T* out) noexcept {
  constexpr std::uint64_t kPerBlock = kBlockBytes / kWidth<T>;
  alignas(64) std::array<std::uint64_t, kBlocks * 2> words;
  while (begin < end) {
    const std::uint64_t first = begin / kPerBlock;
    const std::uint64_t blocks = std::min<std::uint64_t>(kBlocks, (end - 1) / kPerBlock + 1 - first);
    philox_blocks(seed, first, blocks, words.data());
    const std::byte* from =
        reinterpret_cast<const std::byte*>(words.data()) + (begin % kPerBlock) * kWidth<T>;
    const std::uint64_t count = std::min(end, (first + blocks) * kPerBlock) - begin;
    for (std::uint64_t i = 0; i < count; ++i) out[i] = make<T>(from + i * kWidth<T>);
    begin += count;
    out += count;
  }
}

Params prepare(const Arguments& arguments, const Operands&) {
  Params params;
  params.set(parse_scalar<std::uint64_t>({"random", "seed", arguments.at("seed")}));
  return params;
}

void run(const ChunkInput& in) noexcept {
  visit_kind(in.out.kind, [&]<Element T>() {
    generate(in.params->get<std::uint64_t>(), in.begin, in.end, reinterpret_cast<T*>(in.out.data));
  });
}

}  // namespace

constinit const Kernel kRandom = {
    .info = {.name = "random",
             .summary = "Uniform random numbers: [0, 1), or all values of integer dtypes.",
             .arguments = kArguments,
             .kind = KernelKind::generator,
             .dtypes = "all numeric",
             .result = "none",
             .example = "run random x --arg seed=42"},
    .accepts = is_computable,
    .prepare = prepare,
    .run = run};

}  // namespace shmkit::kernel
