#include "job/chunk_runner.hpp"

namespace shmkit::job {
ChunkRunner::ChunkRunner(const Plan& plan, const Bases& bases)
    : plan_(&plan), bases_(bases), out_itemsize_(DType(plan.out_kind).itemsize()) {
  for (std::size_t i = 0; i < 2; ++i) itemsizes_[i] = DType(plan.kinds[i]).itemsize();
  if (plan.along_axis()) {
    lanes_ = std::make_unique<LaneRunner>(plan, bases.in, bases.out);
    return;
  }
  if (plan.selections == nullptr) return;
  const job::View& selected = plan.selections->views[0];
  bases_.extents.fill({selected.extents.data(), static_cast<std::size_t>(selected.rank)});
  const std::uint64_t longest = plan.partition.size() / plan.partition.chunks() + 1;
  for (std::size_t i = 0; i < plan.kernel->info.arrays; ++i) {
    const View& view = plan.selections->views[i];
    if (view.contiguous())
      bases_.in[i] += view.offset * static_cast<std::int64_t>(itemsizes_[i]);
    else
      gathered_[i].resize(longest * itemsizes_[i]);
  }
}

kernel::Column ChunkRunner::column(std::size_t array, std::uint64_t begin, std::uint64_t count) noexcept {
  const Kind kind = plan_->kinds[array];
  if (gathered_[array].empty()) return {kind, bases_.in[array] + begin * itemsizes_[array]};
  std::byte* const to = gathered_[array].data();
  gather(plan_->selections->views[array], {begin, count}, itemsizes_[array], bases_.in[array], to);
  return {kind, to};
}

// What was changed in a copy.
void ChunkRunner::put_back(const kernel::ChunkInput& input) noexcept {
  for (std::size_t i = 0; i < 2; ++i) {
    if (!plan_->writes(i) || gathered_[i].empty()) continue;
    scatter(plan_->selections->views[i], {input.begin, input.count()}, itemsizes_[i], bases_.in[i],
            input.in[i].data);
  }
}

bool ChunkRunner::run_lanes(std::uint64_t begin, std::uint64_t end) noexcept {
  for (std::uint64_t lane = begin; lane < end; ++lane) {
    if (!lanes_->run(lane, complaint_, &attendance_)) return false;
  }
  return true;
}

bool ChunkRunner::run(std::uint64_t chunk, std::byte* partial) noexcept {
  const Plan& plan = *plan_;
  complaint_.made = false;
  kernel::ChunkInput input;
  input.size = plan.partition.size();
  input.begin = plan.partition.begin(chunk);
  input.end = plan.partition.begin(chunk + 1);
  if (lanes_ != nullptr) return run_lanes(input.begin, input.end);
  input.in[0].kind = plan.kinds[0];
  input.in[1].kind = plan.kinds[1];
  for (std::size_t i = 0; i < plan.kernel->info.arrays; ++i)
    input.in[i] = column(i, input.begin, input.count());
  if (plan.target == Target::first) input.out = input.in[0];
  if (plan.target == Target::second) input.out = input.in[1];
  if (plan.target == Target::out) input.out = {plan.out_kind, bases_.out + input.begin * out_itemsize_};
  input.params = &plan.params;
  input.partial = partial;
  input.context = plan.kernel->context;
  input.complaint = &complaint_;
  if (input.context != nullptr) {
    input.extents = &bases_.extents;
    input.attendance = &attendance_;
  }
  plan.kernel->run(input);
  if (plan.selections != nullptr) put_back(input);
  return !complaint_.made;
}

}  // namespace shmkit::job
