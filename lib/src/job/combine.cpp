#include "job/combine.hpp"

namespace shmkit::job {

std::optional<Value> combine(const Plan& plan, const std::byte* partials) {
  if (plan.kernel->combine == nullptr) return Value{plan.dtype, {}};
  return plan.kernel->combine(
      {plan.dtype.kind(), plan.partition.size(), plan.partition.chunks(), partials, plan.stride});
}

}  // namespace shmkit::job
