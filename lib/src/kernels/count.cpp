#include <algorithm>

#include "kernels/counts.hpp"
#include "kernels/nonzero.hpp"
#include "kernels/rows.hpp"

// count_nonzero, any and all, as NumPy's: NaN is true. any and all stop looking within a chunk as soon as
// they know.
namespace shmkit::kernel {
namespace {

enum class Question { count, any, all };

// In blocks, so that any and all read little more than they must.
template <Question Q>
void run(const ChunkInput& in) noexcept {
  constexpr std::uint64_t kBlock = 16384;
  const std::size_t itemsize = natural_itemsize(in.in[0].kind);
  std::uint64_t found = 0;
  for (std::uint64_t at = 0; at < in.count(); at += kBlock) {
    const auto block = static_cast<std::size_t>(std::min(kBlock, in.count() - at));
    found += count_nonzeros(in.in[0].kind, in.in[0].data + at * itemsize, block);
    if (Q == Question::any && found > 0) break;
    if (Q == Question::all && found < at + block) break;
  }
  put_count(in, Q == Question::all ? (found == in.count() ? 1 : 0) : found);
}

template <Question Q>
std::optional<Value> combine(const Partials& partials) {
  const std::uint64_t sum = total_count(partials);
  if constexpr (Q == Question::count)
    return make_value(static_cast<std::int64_t>(sum));
  else
    return make_value(Q == Question::any ? sum > 0 : sum == partials.chunks);
}

template <Question Q>
constexpr Kernel row(std::string_view name, std::string_view summary, std::string_view example) {
  return {.info = {.name = name,
                   .summary = summary,
                   .arguments = {},
                   .dtypes = "all numeric",
                   .result = Q == Question::count ? "int64" : "bool",
                   .example = example},
          .accepts = is_computable,
          .partial_bytes = count_bytes,
          .run = run<Q>,
          .combine = combine<Q>};
}

}  // namespace

constinit const Kernel kCountNonzero = row<Question::count>(
    "count_nonzero", "How many elements are not zero; NaN is not.", "run count_nonzero x");
constinit const Kernel kAny =
    row<Question::any>("any", "Whether some element is not zero; false for no elements.", "run any x");
constinit const Kernel kAll =
    row<Question::all>("all", "Whether no element is zero; true for no elements.", "run all x");

}  // namespace shmkit::kernel
