#pragma once

#include <cstddef>
#include <optional>

#include "job/plan.hpp"

namespace shmkit::job {

/// The result of a job whose chunks are all executed. Empty: the job must run again as exact_plan().
/// For generators, a Value without content.
std::optional<Value> combine(const Plan& plan, const std::byte* partials);

}  // namespace shmkit::job
