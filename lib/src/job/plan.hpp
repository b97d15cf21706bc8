#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include <shmkit/run.hpp>

#include "job/partition.hpp"
#include "job/view.hpp"
#include "kernels/kernel.hpp"

namespace shmkit::job {

inline constexpr std::uint64_t kMaxChunks = std::uint64_t{1} << 22U;
/// The most that the partial results of a job may take together.
inline constexpr std::uint64_t kPartialBudget = std::uint64_t{256} << 20U;

/// Where a job writes.
enum class Target : std::uint32_t {
  none,    ///< A result is all there is.
  first,   ///< Into its first array: generators, and maps in place.
  second,  ///< Into its second array.
  out,     ///< Into an array of its own.
};

/// What few jobs have: parts of arrays, an axis to reduce along. Plain bits: they travel to workers.
struct Selections {
  std::array<View, 2> views;     ///< Of the arrays; of their lanes' beginnings, if there are lanes.
  std::array<Lane, 2> lanes;     ///< What is reduced to one element of the output.
  std::uint64_t along_axis = 0;  ///< 1: there are lanes.
};

/// A job with everything decided: what every process needs to execute any chunk of it.
struct Plan {
  const kernel::Kernel* kernel = nullptr;
  kernel::Params params;
  std::array<Kind, 2> kinds{Kind::float64, Kind::float64};  ///< Of the arrays it reads.
  Kind out_kind = Kind::float64;                            ///< With Target::out.
  Target target = Target::none;
  Partition partition;                           ///< Of elements, of items, or of lanes.
  std::size_t stride = 0;                        ///< Bytes from one chunk's partial result to the next one's.
  unsigned retries = 0;                          ///< 0 for what is not repeatable, whatever was asked for.
  std::shared_ptr<const Selections> selections;  ///< Null: whole arrays.
  bool traced = false;                           ///< What happens is to be in RunReport::timeline.

  std::uint64_t partial_bytes() const noexcept { return stride * partition.chunks(); }
  bool along_axis() const noexcept { return selections != nullptr && selections->along_axis != 0; }
  /// Whether it writes into array `i`, 2 being the output.
  bool writes(std::size_t i) const noexcept { return static_cast<std::size_t>(target) == i + 1; }
};

/// The arrays of a job, as far as a plan cares.
struct Inputs {
  struct Array {
    DType dtype = Kind::float64;
    const Shape* shape = nullptr;
  };
  std::span<const Array> arrays;
  std::optional<Array> out;
};

/// Checks kernel, arrays, arguments and chunk count. Throws Error (usage, not_an_array).
Plan make_plan(const kernel::Kernel& kernel, const Inputs& inputs, const RunOptions& options);

/// Throws Error (usage) if there is none.
const kernel::Kernel& find_kernel(std::string_view name);

/// Dtype and shape of the array that the job would write into, were it given one. Throws as make_plan().
struct Output {
  DType dtype = Kind::float64;
  Shape shape;
};
Output output_of(const kernel::Kernel& kernel, const Inputs& inputs, const RunOptions& options);

/// The same job with the kernel that always decides, over the default partition.
Plan exact_plan(const Plan& plan);

/// What must be known before the plan can be executed, if anything: settle() puts its result in.
std::optional<Plan> first_plan(const Plan& plan);

std::size_t partial_stride(const kernel::Kernel& kernel, const std::array<Kind, 2>& kinds,
                           const kernel::Params& params) noexcept;

}  // namespace shmkit::job
