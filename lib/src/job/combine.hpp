#pragma once

#include <cstddef>
#include <optional>

#include "job/plan.hpp"

namespace shmkit::job {

/// The result of a job whose chunks are all executed. Empty: the job must run again as exact_plan().
/// A Value without content where there is no result.
std::optional<Value> combine(const Plan& plan, const std::byte* partials);

/// Executes a plan, and the exact one where its partials do not decide. `execute(plan)` executes all chunks,
/// counts what fails into `report`, and gives the partials, valid until it is called again. Empty: chunks
/// failed.
template <class Execute>
Value decide(const Plan& plan, const RunReport& report, Execute& execute) {
  const std::byte* partials = execute(plan);
  if (!report.failures.empty()) return {};
  if (auto value = combine(plan, partials)) return *value;
  const Plan exact = exact_plan(plan);
  partials = execute(exact);
  if (!report.failures.empty()) return {};
  return combine(exact, partials).value();
}

/// The same, and before it what the plan's kernel must know first.
template <class Execute>
Value result_of(const Plan& plan, const RunReport& report, Execute execute) {
  const auto first = first_plan(plan);
  if (!first) return decide(plan, report, execute);
  const Value known = decide(*first, report, execute);
  if (!report.failures.empty()) return {};
  Plan settled = plan;
  settled.params = plan.kernel->settle(plan.params, known);
  return decide(settled, report, execute);
}

}  // namespace shmkit::job
