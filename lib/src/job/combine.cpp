#include "job/combine.hpp"

namespace shmkit::job {

std::optional<Value> combine(const Plan& plan, const std::byte* partials) {
  if (plan.kernel->combine == nullptr || plan.along_axis()) return Value{};
  return plan.kernel->combine(
      {plan.kinds, plan.partition.size(), plan.partition.chunks(), partials, plan.stride, &plan.params});
}

}  // namespace shmkit::job
