#pragma once

#include <vector>

#include "job/plan.hpp"
#include "plugin/plugin.hpp"

namespace shmkit::pool {

/// The arrays of a job as a plan sees them. Holds what Inputs refers to; the handles must outlive it.
class JobInputs {
 public:
  JobInputs(const std::vector<JobArray>& in, const std::optional<JobArray>& out) {
    for (const JobArray& array : in) arrays_.push_back(of(array));
    if (out) out_ = of(*out);
  }
  explicit JobInputs(const JobArrays& arrays) : JobInputs(arrays.in, arrays.out) {}

  job::Inputs view() const { return {arrays_, out_}; }

 private:
  static job::Inputs::Array of(const JobArray& array) {
    return {array.array().dtype(), &array.array().shape()};
  }

  std::vector<job::Inputs::Array> arrays_;
  std::optional<job::Inputs::Array> out_;
};

inline const kernel::Kernel& find_kernel(std::string_view name, const RunOptions& options) {
  return options.plugin.empty() ? job::find_kernel(name) : plugin::find(options.plugin, name);
}

inline job::Plan make_plan(std::string_view kernel, const JobArrays& arrays, const RunOptions& options) {
  const JobInputs inputs(arrays);
  return job::make_plan(find_kernel(kernel, options), inputs.view(), options);
}

}  // namespace shmkit::pool
