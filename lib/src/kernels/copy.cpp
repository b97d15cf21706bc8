#include "kernels/convert.hpp"
#include "kernels/rows.hpp"

// copy: the elements as they are.
namespace shmkit::kernel {
namespace {

Kind result_kind(const std::array<Kind, 2>& kinds, const Params&) { return kinds[0]; }

void run(const ChunkInput& in) noexcept { convert(in.in[0], in.out, in.count()); }

}  // namespace

constinit const Kernel kCopy = {.info = {.name = "copy",
                                         .summary = "Copies every element.",
                                         .arguments = {},
                                         .kind = KernelKind::map,
                                         .repeatable = false,
                                         .dtypes = "all numeric",
                                         .result = "dtype of the array",
                                         .example = "run copy x --out y"},
                                .accepts = is_computable,
                                .result_kind = result_kind,
                                .run = run};

}  // namespace shmkit::kernel
