#include <array>
#include <cstring>

#include <shmkit/error.hpp>

#include "kernels/convert.hpp"
#include "kernels/elementwise.hpp"
#include "kernels/rows.hpp"

// cast: NumPy's astype(), which may lose anything; see convert.hpp.
namespace shmkit::kernel {
namespace {

constexpr std::array kArguments{
    ArgumentInfo{.name = "dtype", .summary = "What to convert to: float32, int64, bool.", .fallback = {}}};

Params prepare(const Arguments& arguments, const Operands&) {
  const DType dtype = DType::parse(arguments.at("dtype"));
  if (!dtype.computable()) {
    throw Error(Errc::usage, "kernel cast: " + dtype.name() + " is not a dtype to compute with",
                "Take bool, an integer, a floating-point or a complex dtype.");
  }
  Params params;
  params.set(dtype.kind());
  return params;
}

Kind result_kind(const std::array<Kind, 2>&, const Params& params) { return params.get<Kind>(); }

void apply(Kind kind, const Block& block) noexcept {
  std::memcpy(block.out, block.in[0], block.count * natural_itemsize(kind));
}

void run(const ChunkInput& in) noexcept {
  const Kind from = in.in[0].kind;
  const Kind to = in.params->get<Kind>();
  if (from == to || to == in.out.kind)
    convert(in.in[0], in.out, in.count());
  else
    map_elements(in, {.computed = from, .applied = from, .result = to, .apply = apply});
}

}  // namespace

constinit const Kernel kCast = {.info = {.name = "cast",
                                         .summary = "Converts every element to another dtype.",
                                         .arguments = kArguments,
                                         .kind = KernelKind::map,
                                         .repeatable = false,
                                         .dtypes = "all numeric",
                                         .result = "the dtype asked for",
                                         .example = "run cast x --arg dtype=float32 --out y"},
                                .accepts = is_computable,
                                .result_kind = result_kind,
                                .prepare = prepare,
                                .run = run};

}  // namespace shmkit::kernel
