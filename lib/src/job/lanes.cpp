#include "job/lanes.hpp"

#include <algorithm>
#include <cstring>
#include <exception>

#include <fmt/format.h>

namespace shmkit::job {
namespace {

Partition partition_of(const kernel::Kernel& kernel, std::uint64_t size) noexcept {
  return {size, default_chunks(size, kernel.grain)};
}

std::uint64_t longest(const Partition& partition) noexcept {
  return partition.size() / partition.chunks() + 1;
}

// As make_value() put it in.
template <Element T>
T element_of(const Value& value) {
  if constexpr (std::is_same_v<T, float16>)
    return float16(std::get<float>(value.scalar));
  else if constexpr (!std::is_integral_v<T> || std::is_same_v<T, bool>)
    return std::get<T>(value.scalar);
  else if constexpr (std::is_signed_v<T>)
    return static_cast<T>(std::get<std::int64_t>(value.scalar));
  else
    return static_cast<T>(std::get<std::uint64_t>(value.scalar));
}

void store(const Value& value, std::byte* to) noexcept {
  visit_kind(value.dtype.kind(), [&]<Element T>() {
    const T element = element_of<T>(value);
    std::memcpy(to, &element, sizeof element);
  });
}

}  // namespace

namespace {

// What a kernel of the table gives for a single zero; empty if that does not decide.
std::optional<Value> value_of_zero(const kernel::Kernel& row, const std::array<Kind, 2>& kinds,
                                   const kernel::Params& params) {
  alignas(16) std::array<std::byte, 32> zero{};
  AlignedBytes partial;
  partial.resize(partial_stride(row, kinds, params));
  kernel::Complaint complaint;
  row.run({.size = 1,
           .begin = 0,
           .end = 1,
           .in = {kernel::Column{kinds[0], zero.data()}, kernel::Column{kinds[1], zero.data()}},
           .out = {},
           .params = &params,
           .partial = partial.data(),
           .complaint = &complaint});
  return row.combine({kinds, 1, 1, partial.data(), 0, &params});
}

}  // namespace

DType lane_dtype(const kernel::Kernel& kernel, const std::array<Kind, 2>& kinds,
                 const kernel::Params& params) {
  // A user's code is not run before there is a chunk for it: its declaration says.
  if (kernel.result_kind != nullptr) return DType(kernel.result_kind(kinds, params));
  // A kernel that must know something first gives a list.
  if (kernel.context == nullptr && kernel.first.empty()) {
    auto value = value_of_zero(kernel, kinds, params);
    if (!value) value = value_of_zero(*kernel.exact, kinds, params);
    if (value && value->list.empty()) return value->dtype;
  }
  throw Error(Errc::usage, fmt::format("kernel {} does not reduce to one number", kernel.info.name),
              "leave --axis and --out away");
}

LaneRunner::LaneRunner(const Plan& plan, const std::array<std::byte*, 2>& arrays, std::byte* out)
    : plan_(plan), arrays_(arrays), out_(out), out_itemsize_(DType(plan.out_kind).itemsize()) {
  const kernel::Kernel& kernel = *plan.kernel;
  const std::uint64_t size = plan.selections->lanes[0].count;
  for (std::size_t i = 0; i < kernel.info.arrays; ++i) {
    if (plan.selections->lanes[i].stride != 1)
      gathered_[i].resize(longest(partition_of(kernel, size)) * DType(plan.kinds[i]).itemsize());
  }
  std::size_t bytes = 0;
  for (const kernel::Kernel* row : {&kernel, kernel.exact}) {
    if (row == nullptr) continue;
    const std::size_t stride = partial_stride(*row, plan.kinds, plan.params);
    bytes = std::max(bytes, stride * partition_of(*row, size).chunks());
  }
  partials_.resize(bytes);
  extents_.fill({&plan.selections->lanes[0].count, 1});
}

kernel::Column LaneRunner::column(std::size_t array, std::uint64_t lane, std::uint64_t begin,
                                  std::uint64_t end) {
  const Selections& selections = *plan_.selections;
  const Lane& along = selections.lanes[array];
  const Kind kind = plan_.kinds[array];
  const auto size = static_cast<std::int64_t>(DType(kind).itemsize());
  const std::int64_t first =
      selections.views[array].position(lane) + static_cast<std::int64_t>(begin) * along.stride;
  if (along.stride == 1) return {kind, arrays_[array] + first * size};
  View view;
  view.offset = first;
  view.rank = 1;
  view.extents[0] = end - begin;
  view.strides[0] = along.stride;
  std::byte* const to = gathered_[array].data();
  gather(view, {0, end - begin}, static_cast<std::size_t>(size), arrays_[array], to);
  return {kind, to};
}

std::optional<Value> LaneRunner::reduce(const kernel::Kernel& kernel, std::uint64_t lane,
                                        kernel::Complaint& complaint, const kernel::Attendance* attendance) {
  const Partition partition = partition_of(kernel, plan_.selections->lanes[0].count);
  const std::size_t stride = partial_stride(kernel, plan_.kinds, plan_.params);
  for (std::uint64_t chunk = 0; chunk < partition.chunks() && !complaint.made; ++chunk) {
    kernel::ChunkInput input;
    input.size = partition.size();
    input.begin = partition.begin(chunk);
    input.end = partition.begin(chunk + 1);
    for (std::size_t i = 0; i < kernel.info.arrays; ++i)
      input.in[i] = column(i, lane, input.begin, input.end);
    if (kernel.info.arrays == 1) input.in[1].kind = plan_.kinds[1];
    input.params = &plan_.params;
    input.partial = partials_.data() + chunk * stride;
    input.context = kernel.context;
    input.complaint = &complaint;
    input.extents = &extents_;
    input.attendance = attendance;
    kernel.run(input);
  }
  if (complaint.made) return Value{};
  return kernel.combine(
      {plan_.kinds, partition.size(), partition.chunks(), partials_.data(), stride, &plan_.params});
}

// A user's merge and finish functions may throw.
bool LaneRunner::run(std::uint64_t lane, kernel::Complaint& complaint,
                     const kernel::Attendance* attendance) noexcept {
  try {
    auto value = reduce(*plan_.kernel, lane, complaint, attendance);
    if (!value) value = reduce(*plan_.kernel->exact, lane, complaint, attendance);
    if (!complaint.made) store(*value, out_ + lane * out_itemsize_);
  } catch (const std::exception& e) {
    complaint.make(e.what());
  } catch (...) {
    complaint.make("combining its results threw something that is no std::exception");
  }
  return !complaint.made;
}

}  // namespace shmkit::job
