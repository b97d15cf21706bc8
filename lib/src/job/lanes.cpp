#include "job/lanes.hpp"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

namespace shmkit::job {
namespace {

constexpr std::size_t kAlign = 64;

std::byte* aligned(std::vector<std::byte>& bytes) noexcept {
  const auto at = reinterpret_cast<std::uintptr_t>(bytes.data());
  return bytes.data() + (kAlign - at % kAlign) % kAlign;
}

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

// Asked of the kernel itself: what it gives for a single zero.
DType lane_dtype(const kernel::Kernel& kernel, const std::array<Kind, 2>& kinds,
                 const kernel::Params& params) {
  alignas(16) std::array<std::byte, 32> zero{};
  std::vector<std::byte> partial(partial_stride(kernel, kinds, params) + kAlign);
  kernel::Complaint complaint;
  const kernel::Kernel& row = kernel.exact != nullptr ? *kernel.exact : kernel;
  partial.resize(partial_stride(row, kinds, params) + kAlign);
  std::optional<Value> value;
  if (kernel.first.empty()) {
    row.run({.size = 1,
             .begin = 0,
             .end = 1,
             .in = {kernel::Column{kinds[0], zero.data()}, kernel::Column{kinds[1], zero.data()}},
             .out = {},
             .params = &params,
             .partial = aligned(partial),
             .context = kernel.context,
             .complaint = &complaint});
    value = row.combine({kinds, 1, 1, aligned(partial), 0, &params});
  }
  if (value && value->list.empty()) return value->dtype;
  throw Error(Errc::usage, fmt::format("kernel {} does not reduce to one number", kernel.info.name),
              "leave --axis away");
}

LaneRunner::LaneRunner(const Plan& plan, const std::array<std::byte*, 2>& arrays, std::byte* out)
    : plan_(plan), arrays_(arrays), out_(out), out_itemsize_(DType(plan.out_kind).itemsize()) {
  const kernel::Kernel& kernel = *plan.kernel;
  const std::uint64_t size = plan.selections->lanes[0].count;
  for (std::size_t i = 0; i < kernel.info.arrays; ++i) {
    if (plan.selections->lanes[i].stride != 1)
      gathered_[i].resize(longest(partition_of(kernel, size)) * DType(plan.kinds[i]).itemsize() + kAlign);
  }
  std::size_t bytes = 0;
  for (const kernel::Kernel* row : {&kernel, kernel.exact}) {
    if (row == nullptr) continue;
    const std::size_t stride = partial_stride(*row, plan.kinds, plan.params);
    bytes = std::max(bytes, stride * partition_of(*row, size).chunks());
  }
  partials_.resize(bytes + kAlign);
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
  std::byte* const to = aligned(gathered_[array]);
  gather(view, {0, end - begin}, static_cast<std::size_t>(size), arrays_[array], to);
  return {kind, to};
}

std::optional<Value> LaneRunner::reduce(const kernel::Kernel& kernel, std::uint64_t lane,
                                        kernel::Complaint& complaint) {
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
    input.partial = aligned(partials_) + chunk * stride;
    input.context = kernel.context;
    input.complaint = &complaint;
    input.extents = &extents_;
    kernel.run(input);
  }
  if (complaint.made) return Value{};
  return kernel.combine(
      {plan_.kinds, partition.size(), partition.chunks(), aligned(partials_), stride, &plan_.params});
}

bool LaneRunner::run(std::uint64_t lane, kernel::Complaint& complaint) noexcept {
  auto value = reduce(*plan_.kernel, lane, complaint);
  if (!value) value = reduce(*plan_.kernel->exact, lane, complaint);
  if (complaint.made) return false;
  store(*value, out_ + lane * out_itemsize_);
  return true;
}

}  // namespace shmkit::job
