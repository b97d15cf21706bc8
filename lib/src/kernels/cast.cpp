#include <array>
#include <cstring>
#include <string>

#include <shmkit/error.hpp>

#include "kernels/convert.hpp"
#include "kernels/elementwise.hpp"
#include "kernels/rows.hpp"

// cast: NumPy's astype(), which may lose anything; see convert.hpp.
namespace shmkit::kernel {
namespace {

constexpr std::array kArguments{
    ArgumentInfo{.name = "dtype", .summary = "What to convert to: float32, int64, bool.", .fallback = {}}};

[[noreturn]] void refuse(const std::string& why) {
  throw Error(
      Errc::usage, "kernel cast: dtype " + why,
      "Take bool, int8..int64, uint8..uint64, float16..float64, longdouble, complex64 or complex128.");
}

DType parse_dtype(const std::string& text) {
  try {
    return DType::parse(text);
  } catch (const Error& error) {
    refuse(error.what());  // Its hint tells of dtypes that are none to compute with.
  }
}

Params prepare(const Arguments& arguments, const Operands&) {
  const DType dtype = parse_dtype(arguments.at("dtype"));
  if (!dtype.computable()) refuse("'" + dtype.name() + "' is not one to compute with");
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
