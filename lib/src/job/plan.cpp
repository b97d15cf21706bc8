#include "job/plan.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "queue/lease_word.hpp"

namespace shmkit {

// 64 Ki elements a chunk, and not more than 1024 chunks: dispatch costs nothing beside half a megabyte of
// work, and 1024 chunks balance well over a few hundred workers.
std::uint64_t default_chunks(std::uint64_t size) noexcept {
  constexpr std::uint64_t kElements = std::uint64_t{1} << 16U;
  constexpr std::uint64_t kMost = 1024;
  return std::clamp<std::uint64_t>(size / kElements + (size % kElements != 0 ? 1 : 0), 1, kMost);
}

namespace job {
namespace {

const kernel::Kernel& find_kernel(std::string_view name) {
  if (const auto* found = kernel::find(name)) return *found;
  throw Error(Errc::usage, fmt::format("there is no kernel '{}'", name), "`shmtool kernels` lists them");
}

void check_dtype(const kernel::Kernel& kernel, const DType& dtype) {
  if (dtype.computable() && kernel.accepts(dtype.kind())) return;
  throw Error(Errc::not_an_array, fmt::format("kernel {} cannot work on {}", kernel.info.name, dtype.name()),
              fmt::format("it takes: {}", kernel.info.dtypes));
}

const ArgumentInfo* find_argument(const kernel::Kernel& kernel, std::string_view name) {
  const auto found = std::ranges::find(kernel.info.arguments, name, &ArgumentInfo::name);
  return found == kernel.info.arguments.end() ? nullptr : &*found;
}

std::string argument_names(const kernel::Kernel& kernel) {
  if (kernel.info.arguments.empty()) return "it takes none";
  std::string names = "it takes:";
  for (const auto& argument : kernel.info.arguments) names += fmt::format(" {}", argument.name);
  return names;
}

Arguments complete_arguments(const kernel::Kernel& kernel, const Arguments& given) {
  for (const auto& [name, value] : given) {
    if (find_argument(kernel, name) == nullptr) {
      throw Error(Errc::usage, fmt::format("kernel {} has no argument '{}'", kernel.info.name, name),
                  argument_names(kernel));
    }
  }
  Arguments complete = given;
  for (const auto& argument : kernel.info.arguments) {
    if (complete.contains(std::string(argument.name))) continue;
    if (argument.fallback.empty()) {
      throw Error(Errc::usage,
                  fmt::format("kernel {} needs the argument '{}'", kernel.info.name, argument.name),
                  fmt::format("{}: {}", argument.name, argument.summary));
    }
    complete.emplace(argument.name, argument.fallback);
  }
  return complete;
}

std::uint64_t checked_chunks(std::uint64_t asked, std::uint64_t size) {
  if (asked > kMaxChunks) {
    throw Error(Errc::usage, fmt::format("{} chunks are too many", asked),
                fmt::format("at most {}", kMaxChunks));
  }
  const std::uint64_t chunks = asked == 0 ? default_chunks(size) : asked;
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

}  // namespace

std::size_t partial_stride(const kernel::Kernel& kernel, Kind kind) noexcept {
  const std::size_t bytes = kernel.partial_bytes(kind);
  const std::size_t alignment = bytes <= 8 ? 8 : 16;  // Small ones packed: a million chunks have a million.
  return (bytes + alignment - 1) / alignment * alignment;
}

Plan make_plan(std::string_view kernel_name, const DType& dtype, std::uint64_t size,
               const RunOptions& options) {
  Plan plan;
  plan.kernel = &find_kernel(kernel_name);
  check_dtype(*plan.kernel, dtype);
  if (options.retries >= queue::kMaxAttempt) {
    throw Error(Errc::usage, fmt::format("{} retries are too many", options.retries),
                fmt::format("at most {}", queue::kMaxAttempt - 1));
  }
  if (options.repeat == 0) throw Error(Errc::usage, "a job cannot run 0 times", "at least --repeat 1");
  const Arguments arguments = complete_arguments(*plan.kernel, options.arguments);
  if (plan.kernel->prepare != nullptr) plan.params = plan.kernel->prepare(arguments, dtype.kind(), size);
  plan.dtype = dtype;
  plan.partition = {size, checked_chunks(options.chunks, size)};
  plan.stride = partial_stride(*plan.kernel, dtype.kind());
  plan.retries = plan.kernel->info.repeatable ? options.retries : 0;
  check_budget(plan);
  return plan;
}

Plan exact_plan(const Plan& plan) {
  Plan exact = plan;
  exact.kernel = plan.kernel->exact;
  exact.partition = {plan.partition.size(), default_chunks(plan.partition.size())};
  exact.stride = partial_stride(*exact.kernel, plan.dtype.kind());
  return exact;
}

void execute(const Plan& plan, std::uint64_t chunk, std::byte* data, std::byte* partials) noexcept {
  execute_into(plan, chunk, data, partials + chunk * plan.stride);
}

void execute_into(const Plan& plan, std::uint64_t chunk, std::byte* data, std::byte* partial) noexcept {
  kernel::ChunkInput input;
  input.kind = plan.dtype.kind();
  input.size = plan.partition.size();
  input.begin = plan.partition.begin(chunk);
  input.end = plan.partition.begin(chunk + 1);
  input.data = data;
  input.params = &plan.params;
  input.partial = partial;
  plan.kernel->run(input);
}

}  // namespace job
}  // namespace shmkit
