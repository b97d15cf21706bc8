#include <algorithm>
#include <array>

#include "kernels/parse_scalar.hpp"
#include "kernels/rows.hpp"

// fill: every element is the value, as numpy.full.
namespace shmkit::kernel {
namespace {

constexpr std::array kArguments{ArgumentInfo{
    .name = "value", .summary = "A number of the array's dtype: 42, -1.5, nan, 1+2j, true.", .fallback = {}}};

Params prepare(const Arguments& arguments, Kind kind, std::uint64_t) {
  Params params;
  visit_kind(kind, [&]<Element T>() {
    params.set(parse_scalar<T>({"fill", "value", arguments.at("value")}));
  });
  return params;
}

void run(const ChunkInput& in) noexcept {
  visit_kind(in.kind, [&]<Element T>() {
    std::fill_n(reinterpret_cast<T*>(in.data), in.end - in.begin, in.params->get<T>());
  });
}

std::size_t partial_bytes(Kind) { return 0; }

}  // namespace

constinit const Kernel kFill = {.info = {.name = "fill",
                                         .summary = "Sets every element to one value.",
                                         .arguments = kArguments,
                                         .generates = true,
                                         .dtypes = "all numeric",
                                         .result = "none"},
                                .accepts = is_computable,
                                .partial_bytes = partial_bytes,
                                .prepare = prepare,
                                .run = run};

}  // namespace shmkit::kernel
