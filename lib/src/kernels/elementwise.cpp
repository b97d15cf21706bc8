#include "kernels/elementwise.hpp"

#include <algorithm>

#include "kernels/convert.hpp"
#include "kernels/promote.hpp"
#include "kernels/rows.hpp"

namespace shmkit::kernel {
namespace {

constexpr std::size_t kBlockBytes = 4096;
constexpr std::size_t kBlock = 256;  // Elements of the largest kind.
static_assert(kBlock * sizeof(std::complex<double>) == kBlockBytes);
static_assert(kBlock * sizeof(long double) <= kBlockBytes);

struct Buffer {
  alignas(64) std::array<std::byte, kBlockBytes> bytes;
};

Column at(Column column, std::size_t element) noexcept {
  column.data += element * natural_itemsize(column.kind);
  return column;
}

bool is_final(const Elementwise& function, Kind out) noexcept {
  return function.applied == function.result && function.result == out;
}

bool is_direct(const ChunkInput& in, const Elementwise& function) noexcept {
  for (std::size_t i = 0; i < function.arrays; ++i) {
    if (in.in[i].kind != function.computed) return false;
  }
  return is_final(function, in.out.kind);
}

// `from`, converted to a kind: in `buffer`, unless it is of that kind.
Column as_kind(Kind kind, Column from, Buffer& buffer, std::size_t count) noexcept {
  if (from.kind == kind) return from;
  const Column converted{kind, buffer.bytes.data()};
  convert(from, converted, count);
  return converted;
}

void map_block(const ChunkInput& in, const Elementwise& function, std::size_t begin,
               std::size_t count) noexcept {
  std::array<Buffer, 2> operands;
  Buffer applied;
  Buffer rounded;
  const Column out = at(in.out, begin);
  std::byte* const target = is_final(function, out.kind) ? out.data : applied.bytes.data();
  Block block{.out = target, .count = count, .params = in.params};
  for (std::size_t i = 0; i < function.arrays; ++i) {
    block.in[i] = as_kind(function.computed, at(in.in[i], begin), operands[i], count).data;
  }
  function.apply(function.computed, block);
  const Column result = as_kind(function.result, {function.applied, block.out}, rounded, count);
  convert(result, out, count);
}

}  // namespace

void map_elements(const ChunkInput& in, const Elementwise& function) noexcept {
  if (is_direct(in, function)) {
    function.apply(function.computed, {{in.in[0].data, in.in[1].data}, in.out.data, in.count(), in.params});
    return;
  }
  for (std::size_t begin = 0; begin < in.count(); begin += kBlock) {
    map_block(in, function, begin, std::min<std::size_t>(kBlock, in.count() - begin));
  }
}

bool can_promote(const std::array<Kind, 2>& kinds) {
  return is_computable(kinds) && DType(promote(kinds[0], kinds[1])).computable();
}

Kind promoted_kind(const std::array<Kind, 2>& kinds, const Params&) { return promote(kinds[0], kinds[1]); }

}  // namespace shmkit::kernel
