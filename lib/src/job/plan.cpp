#include "job/plan.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "job/arguments.hpp"
#include "job/can_hold.hpp"
#include "job/lanes.hpp"
#include "queue/lease_word.hpp"

namespace shmkit {

// 64 Ki elements a chunk, and not more than 1024 chunks: dispatch costs nothing beside half a megabyte of
// work, and 1024 chunks balance well over a few hundred workers.
std::uint64_t default_chunks(std::uint64_t size) noexcept { return default_chunks(size, 1U << 16U); }

std::uint64_t default_chunks(std::uint64_t size, std::uint64_t grain) noexcept {
  constexpr std::uint64_t kMost = 1024;
  return std::clamp<std::uint64_t>(size / grain + (size % grain != 0 ? 1 : 0), 1, kMost);
}

namespace job {
namespace {

using kernel::Kernel;

std::string names_of(const Inputs& inputs) {
  std::string names;
  for (const auto& array : inputs.arrays)
    names += fmt::format("{}{}", names.empty() ? "" : " and ", array.dtype.name());
  return names;
}

void check_arrays(const Kernel& kernel, const Inputs& inputs) {
  if (inputs.arrays.size() == kernel.info.arrays) return;
  constexpr std::array kCounts{"no array", "one array", "two arrays"};
  throw Error(Errc::usage, fmt::format("kernel {} takes {}", kernel.info.name, kCounts[kernel.info.arrays]),
              fmt::format("for instance `shmtool {}`", kernel.info.example));
}

std::array<Kind, 2> kinds_of(const Inputs& inputs) {
  if (inputs.arrays.empty()) return {Kind::float64, Kind::float64};
  return {inputs.arrays.front().dtype.kind(), inputs.arrays.back().dtype.kind()};
}

void check_dtypes(const Kernel& kernel, const Inputs& inputs) {
  const bool computable =
      std::ranges::all_of(inputs.arrays, [](const auto& a) { return a.dtype.computable(); });
  if (computable && (inputs.arrays.empty() || kernel.accepts(kinds_of(inputs)))) return;
  throw Error(Errc::not_an_array,
              fmt::format("kernel {} cannot work on {}", kernel.info.name, names_of(inputs)),
              fmt::format("it takes: {}", kernel.info.dtypes));
}

void check_shapes(const Kernel& kernel, const Inputs& inputs) {
  if (inputs.arrays.size() < 2 || *inputs.arrays[0].shape == *inputs.arrays[1].shape) return;
  throw Error(Errc::not_an_array,
              fmt::format("kernel {} needs two arrays of one shape, not {} and {}", kernel.info.name,
                          inputs.arrays[0].shape->text(), inputs.arrays[1].shape->text()),
              "`shmtool list` shows the shapes");
}

std::uint64_t checked_chunks(std::uint64_t asked, std::uint64_t size, std::uint64_t grain) {
  if (asked > kMaxChunks) {
    throw Error(Errc::usage, fmt::format("{} chunks are too many", asked),
                fmt::format("at most {}", kMaxChunks));
  }
  const std::uint64_t chunks = asked == 0 ? default_chunks(size, grain) : asked;
  return std::clamp<std::uint64_t>(chunks, 1, std::max<std::uint64_t>(size, 1));
}

void check_budget(const Plan& plan) {
  if (plan.partial_bytes() <= kPartialBudget) return;
  throw Error(
      Errc::usage,
      fmt::format("{} chunks of {} need {} bytes of partial results, the budget is {}",
                  plan.partition.chunks(), plan.kernel->info.name, plan.partial_bytes(), kPartialBudget),
      "use fewer chunks");
}

void check_options(const RunOptions& options) {
  if (options.retries >= queue::kMaxAttempt) {
    throw Error(Errc::usage, fmt::format("{} retries are too many", options.retries),
                fmt::format("at most {}", queue::kMaxAttempt - 1));
  }
  if (options.repeat == 0) throw Error(Errc::usage, "a job cannot run 0 times", "at least --repeat 1");
}

// Which axis, counted from the front.
std::size_t axis_of(const Kernel& kernel, const Inputs& inputs, const RunOptions& options) {
  const auto rank =
      static_cast<int>(options.window ? options.window->shape.rank() : inputs.arrays.front().shape->rank());
  const int axis = *options.axis < 0 ? *options.axis + rank : *options.axis;
  if (axis >= 0 && axis < rank) return static_cast<std::size_t>(axis);
  throw Error(Errc::usage,
              fmt::format("kernel {}: there is no axis {} in {} dimension{}", kernel.info.name, *options.axis,
                          rank, rank == 1 ? "" : "s"),
              rank == 0 ? "leave --axis away" : fmt::format("from {} to {}", -rank, rank - 1));
}

std::shared_ptr<const Selections> select(const Kernel& kernel, const Inputs& inputs,
                                         const RunOptions& options) {
  if (!options.window && !options.axis) return nullptr;
  if (inputs.arrays.empty()) {
    throw Error(Errc::usage, fmt::format("kernel {} has no array to select from", kernel.info.name),
                "leave --slice and --axis away");
  }
  auto selections = std::make_shared<Selections>();
  for (std::size_t i = 0; i < inputs.arrays.size(); ++i) {
    const Shape& shape = *inputs.arrays[i].shape;
    selections->views[i] = options.window ? view_of(*options.window, shape.size()) : whole(shape);
  }
  if (!options.axis) return selections;
  if (kernel.info.kind != KernelKind::reduction)
    throw Error(Errc::usage, fmt::format("kernel {} does not reduce: it has no axis", kernel.info.name),
                "leave --axis away");
  selections->along_axis = 1;
  const std::size_t axis = axis_of(kernel, inputs, options);
  for (std::size_t i = 0; i < inputs.arrays.size(); ++i)
    selections->lanes[i] = take_axis(selections->views[i], axis);
  return selections;
}

std::uint64_t size_of(const Kernel& kernel, const Inputs& inputs, const Selections* selections,
                      const kernel::Params& params) {
  if (kernel.info.kind == KernelKind::compute) return kernel.items(params);
  return selections != nullptr ? selections->views[0].size() : inputs.arrays.front().shape->size();
}

Shape shape_of(const View& view) {
  return Shape(std::span(view.extents.data(), static_cast<std::size_t>(view.rank)));
}

void check_cast(const Kernel& kernel, Kind result, Kind out) {
  if (DType(result).computable() && can_hold(kernel, result, out)) return;
  throw Error(Errc::not_an_array,
              fmt::format("kernel {} gives {} here, which {} cannot hold", kernel.info.name,
                          DType(result).name(), DType(out).name()),
              "write it into another array: --out NAME");
}

// Where it writes, and whether what it writes fits there.
void aim(Plan& plan, const Inputs& inputs) {
  const Kernel& kernel = *plan.kernel;
  if (kernel.info.kind == KernelKind::generator) plan.target = Target::first;
  if (kernel.info.kind == KernelKind::map && !inputs.out)
    plan.target = kernel.info.target == 0 ? Target::first : Target::second;
  if (inputs.out) {
    plan.target = Target::out;
    plan.out_kind = inputs.out->dtype.kind();
  }
  if (kernel.info.kind == KernelKind::map) {
    const Kind out = inputs.out ? plan.out_kind : plan.kinds[kernel.info.target];
    check_cast(kernel, kernel.result_kind(plan.kinds, plan.params), out);
  }
}

void check_out(const Plan& plan, const Inputs& inputs, const RunOptions& options) {
  if (!inputs.out) {
    if (plan.along_axis())
      throw Error(Errc::usage, "a reduction along an axis needs an array for its results", "use --out NAME");
    return;
  }
  const Output wanted = output_of(*plan.kernel, {inputs.arrays, {}}, options);
  const bool fits = wanted.shape == *inputs.out->shape &&
                    (plan.kernel->info.kind == KernelKind::map || wanted.dtype == inputs.out->dtype);
  if (fits && inputs.out->dtype.computable()) return;
  throw Error(Errc::not_an_array,
              fmt::format("kernel {} writes {} {}, not {} {}", plan.kernel->info.name, wanted.dtype.name(),
                          wanted.shape.text(), inputs.out->dtype.name(), inputs.out->shape->text()));
}

// What the kernel sees as its arrays: with an axis, one lane.
kernel::Operands operands_of(const Plan& plan, const Inputs& inputs) {
  const void* const context = plan.kernel->context;
  if (inputs.arrays.empty()) return {plan.kinds, 0, context};
  if (plan.along_axis()) return {plan.kinds, plan.selections->lanes[0].count, context};
  return {plan.kinds, size_of(*plan.kernel, inputs, plan.selections.get(), {}), context};
}

Plan prepared_plan(const Kernel& kernel, const Inputs& inputs, const RunOptions& options) {
  check_arrays(kernel, inputs);
  check_dtypes(kernel, inputs);
  check_shapes(kernel, inputs);
  check_options(options);
  Plan plan;
  plan.kernel = &kernel;
  plan.kinds = kinds_of(inputs);
  plan.selections = select(kernel, inputs, options);
  const Arguments arguments = complete_arguments(kernel, options.arguments);
  if (kernel.prepare != nullptr) plan.params = kernel.prepare(arguments, operands_of(plan, inputs));
  return plan;
}

}  // namespace

const Kernel& find_kernel(std::string_view name) {
  if (const auto* found = kernel::find(name)) return *found;
  throw Error(Errc::usage, fmt::format("there is no kernel '{}'", name), "`shmtool kernels` lists them");
}

std::size_t partial_stride(const Kernel& kernel, const std::array<Kind, 2>& kinds,
                           const kernel::Params& params) noexcept {
  if (kernel.partial_bytes == nullptr) return 0;
  const std::size_t bytes = kernel.partial_bytes(kinds, params);
  const std::size_t alignment = bytes <= 8 ? 8 : 16;  // Small ones packed: a million chunks have a million.
  return (bytes + alignment - 1) / alignment * alignment;
}

Plan make_plan(const Kernel& kernel, const Inputs& inputs, const RunOptions& options) {
  Plan plan = prepared_plan(kernel, inputs, options);
  aim(plan, inputs);
  check_out(plan, inputs, options);
  const std::uint64_t size = size_of(kernel, inputs, plan.selections.get(), plan.params);
  const std::uint64_t lane =
      plan.along_axis() ? std::max<std::uint64_t>(plan.selections->lanes[0].count, 1) : 1;
  const std::uint64_t grain = std::max<std::uint64_t>(kernel.grain / lane, 1);
  plan.partition = {size, checked_chunks(options.chunks, size, grain)};
  if (!plan.along_axis()) plan.stride = partial_stride(kernel, plan.kinds, plan.params);
  const bool repeatable = kernel.info.repeatable || plan.target == Target::out;
  plan.retries = repeatable ? options.retries : 0;
  plan.traced = options.trace;
  check_budget(plan);
  return plan;
}

Output output_of(const Kernel& kernel, const Inputs& inputs, const RunOptions& options) {
  const Plan plan = prepared_plan(kernel, inputs, options);
  if (kernel.info.kind == KernelKind::map) {
    const Kind kind = kernel.result_kind(plan.kinds, plan.params);
    check_cast(kernel, kind, kind);
    return {DType(kind), plan.selections ? shape_of(plan.selections->views[0]) : *inputs.arrays[0].shape};
  }
  if (kernel.info.kind == KernelKind::reduction) {
    const DType dtype = lane_dtype(kernel, plan.kinds, plan.params);
    if (plan.along_axis()) return {dtype, shape_of(plan.selections->views[0])};
  }
  throw Error(Errc::usage, fmt::format("kernel {} has nothing to write into another array", kernel.info.name),
              kernel.info.kind == KernelKind::reduction ? "with --axis it has" : "leave --out away");
}

Plan exact_plan(const Plan& plan) {
  Plan exact = plan;
  exact.kernel = plan.kernel->exact;
  exact.partition = {plan.partition.size(), default_chunks(plan.partition.size(), exact.kernel->grain)};
  exact.stride = partial_stride(*exact.kernel, plan.kinds, plan.params);
  return exact;
}

std::optional<Plan> first_plan(const Plan& plan) {
  if (plan.kernel->first.empty() || plan.kernel->settled(plan.params)) return std::nullopt;
  Plan first = plan;
  first.kernel = kernel::find(plan.kernel->first);
  first.params = {};
  first.stride = partial_stride(*first.kernel, plan.kinds, first.params);
  return first;
}

}  // namespace job
}  // namespace shmkit
