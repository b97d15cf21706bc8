#include "reductions.hpp"

#include <algorithm>
#include <array>

#include "oracle.hpp"
#include "quick.hpp"

// The arrays, and what their reductions must give.
namespace shmkit::bench {
namespace {

// As bench/suite/numpy_reductions.py.
std::uint64_t array_bytes() noexcept { return full_or_quick(800'000'000, 200'000'000); }

double expected(Reduction reduction, const Operands& operands) {
  const auto x = operands.x;
  const auto y = operands.y;
  if (reduction == Reduction::max) return std::ranges::max(x);
  if (reduction == Reduction::sum) return sum_in_blocks(x.size(), [x](std::size_t i) { return x[i]; });
  return sum_in_blocks(x.size(), [x, y](std::size_t i) { return x[i] * y[i]; });
}

}  // namespace

std::optional<ReductionTask> ReductionTask::get(benchmark::State& state, Reduction reduction) {
  static std::array<std::optional<double>, 3> known;
  ReductionTask task;
  task.reduction_ = reduction;
  task.x_ = fixture<RandomNumbers<1>>(state, array_bytes());
  if (task.x_ == nullptr) return std::nullopt;
  if (reduction == Reduction::dot) {
    task.y_ = fixture<RandomNumbers<2>>(state, array_bytes());
    if (task.y_ == nullptr) return std::nullopt;
  }
  std::optional<double>& value = known[static_cast<std::size_t>(reduction)];
  if (!value) value = bench::expected(reduction, task.operands());
  task.expected_ = *value;
  return task;
}

const char* ReductionTask::kernel() const noexcept {
  return reduction_ == Reduction::max ? "max" : reduction_ == Reduction::sum ? "sum" : "dot";
}

JobArrays ReductionTask::arrays() const {
  JobArrays job{{x_->draft()}, {}};
  if (y_ != nullptr) job.in.emplace_back(y_->draft());
  return job;
}

}  // namespace shmkit::bench
