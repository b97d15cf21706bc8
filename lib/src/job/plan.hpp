#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <shmkit/run.hpp>

#include "job/partition.hpp"
#include "kernels/kernel.hpp"

namespace shmkit::job {

inline constexpr std::uint64_t kMaxChunks = std::uint64_t{1} << 22U;
/// The most that the partial results of a job may take together.
inline constexpr std::uint64_t kPartialBudget = std::uint64_t{256} << 20U;

/// A job with everything decided: what every process needs to execute any chunk of it.
struct Plan {
  const kernel::Kernel* kernel = nullptr;
  kernel::Params params;
  DType dtype = Kind::float64;
  Partition partition;
  std::size_t stride = 0;  ///< Bytes from one chunk's partial result to the next one's.
  unsigned retries = 0;    ///< 0 for a kernel that is not repeatable, whatever was asked for.

  std::uint64_t partial_bytes() const noexcept { return stride * partition.chunks(); }
};

/// Checks kernel, dtype, arguments and chunk count. Throws Error (usage, not_an_array).
Plan make_plan(std::string_view kernel_name, const DType& dtype, std::uint64_t size,
               const RunOptions& options);

/// The same job with the kernel that always decides, over the default partition.
Plan exact_plan(const Plan& plan);

/// A plan from a kernel found otherwise, over a partition found otherwise (a worker's view of a job).
std::size_t partial_stride(const kernel::Kernel& kernel, Kind kind) noexcept;

/// Executes one chunk. `data`: the chunk's first element; `partials`: those of the whole job.
void execute(const Plan& plan, std::uint64_t chunk, std::byte* data, std::byte* partials) noexcept;

/// The same into a buffer for this one partial result, 16-byte aligned.
void execute_into(const Plan& plan, std::uint64_t chunk, std::byte* data, std::byte* partial) noexcept;

}  // namespace shmkit::job
