#include "kernels/rows.hpp"

// noop: what remains of a job when its kernel does nothing. The count shows that every chunk was executed.
namespace shmkit::kernel {
namespace {

std::size_t partial_bytes(const std::array<Kind, 2>&, const Params&) { return sizeof(std::uint64_t); }

void run(const ChunkInput& in) noexcept {
  const std::uint64_t count = in.end - in.begin;
  std::memcpy(in.partial, &count, sizeof count);
}

std::optional<Value> combine(const Partials& partials) {
  std::uint64_t count = 0;
  for (std::uint64_t i = 0; i < partials.chunks; ++i) count += partials.at<std::uint64_t>(i);
  return make_value(static_cast<std::int64_t>(count));
}

}  // namespace

constinit const Kernel kNoop = {
    .info = {.name = "noop",
             .summary = "Counts elements without looking at them: what dispatch costs.",
             .arguments = {},
             .dtypes = "all numeric",
             .result = "int64",
             .example = "run noop x --repeat 100"},
    .accepts = is_computable,
    .partial_bytes = partial_bytes,
    .run = run,
    .combine = combine};

}  // namespace shmkit::kernel
