#pragma once

#include "job/aligned_bytes.hpp"
#include "job/plan.hpp"

namespace shmkit::job {

/// The dtype of a reduction's result. Throws Error (usage) if it is not one number.
DType lane_dtype(const kernel::Kernel& kernel, const std::array<Kind, 2>& kinds,
                 const kernel::Params& params);

/// Reduces one lane after another: the elements along an axis, for each place on the other axes. The result
/// is, bit for bit, that of the kernel over an array of this lane alone. For one thread.
class LaneRunner {
 public:
  /// Requires: plan.along_axis(); its selections outlive this. Throws std::bad_alloc.
  LaneRunner(const Plan& plan, const std::array<std::byte*, 2>& arrays, std::byte* out);

  /// Writes element `lane` of the output. False: the kernel complained.
  bool run(std::uint64_t lane, kernel::Complaint& complaint, const kernel::Attendance* attendance) noexcept;

 private:
  std::optional<Value> reduce(const kernel::Kernel& kernel, std::uint64_t lane, kernel::Complaint& complaint,
                              const kernel::Attendance* attendance);
  kernel::Column column(std::size_t array, std::uint64_t lane, std::uint64_t begin, std::uint64_t end);

  const Plan& plan_;
  std::array<std::byte*, 2> arrays_;
  std::byte* out_;
  std::size_t out_itemsize_;
  std::array<AlignedBytes, 2> gathered_;
  AlignedBytes partials_;
  std::array<kernel::Extents, 3> extents_;
};

}  // namespace shmkit::job
