#pragma once

#include "job/plan.hpp"

namespace shmkit::test {

/// The plan of a kernel over one array of this dtype and size, or over as many of them as it takes.
inline job::Plan plan_over(std::string_view kernel, const DType& dtype, std::uint64_t size,
                           const RunOptions& options = {}) {
  const Shape shape{size};
  const kernel::Kernel& row = job::find_kernel(kernel);
  const std::vector<job::Inputs::Array> arrays(row.info.arrays, {dtype, &shape});
  return job::make_plan(row, {arrays, {}}, options);
}

}  // namespace shmkit::test
