#include "pool/job_description.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "job/arguments.hpp"
#include "job/can_hold.hpp"
#include "job/lanes.hpp"
#include "plugin/plugin.hpp"
#include "pool/job_memory.hpp"
#include "queue/lease_word.hpp"

namespace shmkit::pool {
namespace {

using job::Target;

[[noreturn]] void refuse(std::string_view what) {
  throw Error(Errc::not_an_array, fmt::format("a job is damaged: {}", what), "submit it again");
}

const kernel::Kernel& plugin_of(const JobDetails* details, const PluginTexts& texts) {
  if (details == nullptr || texts.path.empty()) refuse("it does not say whose kernel it needs");
  const kernel::Kernel& kernel = plugin::find(texts.path, texts.call.substr(0, texts.call.find('\0')));
  if (plugin::origin_of(kernel)->identity == details->plugin) return kernel;
  throw Error(Errc::failed, fmt::format("plug-in '{}' is not the one that the job was made for", texts.path),
              "run it again; if it was compiled anew, start the pool anew");
}

// Name, then key and value by turns, each ended by a 0.
Arguments arguments_in(const std::string& call) {
  Arguments arguments;
  std::size_t at = call.find('\0') + 1;
  while (at < call.size()) {
    const std::size_t key_end = call.find('\0', at);
    const std::size_t value_end = key_end == std::string::npos ? key_end : call.find('\0', key_end + 1);
    if (value_end == std::string::npos) refuse("its arguments are cut off");
    arguments.emplace(call.substr(at, key_end - at), call.substr(key_end + 1, value_end - key_end - 1));
    at = value_end + 1;
  }
  return arguments;
}

const kernel::Kernel& kernel_of(const JobDescription& job) {
  const auto rows = kernel::table();
  if (job.kernel >= rows.size() || job.exact > 1) refuse("there is no such kernel");
  const kernel::Kernel& row = rows[job.kernel];
  if (job.exact == 0) return row;
  if (row.exact == nullptr) refuse("its kernel has no exact form");
  return *row.exact;
}

constexpr std::uint32_t byte_of(std::uint32_t word, unsigned place) noexcept {
  return (word >> (8 * place)) & 0xFFU;
}

std::uint32_t pack_kinds(const job::Plan& plan) noexcept {
  return static_cast<std::uint32_t>(plan.kinds[0]) | static_cast<std::uint32_t>(plan.kinds[1]) << 8U |
         static_cast<std::uint32_t>(plan.out_kind) << 16U | static_cast<std::uint32_t>(plan.target) << 24U;
}

Kind kind_at(std::uint32_t kinds, unsigned place) {
  const auto kind = static_cast<Kind>(byte_of(kinds, place));
  if (kind >= Kind::clongdouble) refuse("the dtype does not fit");
  return kind;
}

void check_kinds(const job::Plan& plan) {
  if (plan.kernel->info.arrays > 0 && !plan.kernel->accepts(plan.kinds)) refuse("the dtype does not fit");
}

// Reductions that have no value for no elements say so when they are prepared.
void check_size(const job::Plan& plan, std::uint64_t size) {
  const kernel::Kernel& kernel = *plan.kernel;
  if (size > 0 || kernel.prepare == nullptr || kernel.context != nullptr || !kernel.info.arguments.empty())
    return;
  try {
    kernel.prepare({}, {plan.kinds, size});
  } catch (const Error&) {
    refuse("its kernel needs elements");
  }
}

// Where a kernel of this kind may write, and whether its results fit there.
void check_target(const job::Plan& plan) {
  const kernel::Kernel& kernel = *plan.kernel;
  const Target in_place = kernel.info.target == 0 ? Target::first : Target::second;
  switch (kernel.info.kind) {
    case KernelKind::generator:
      if (plan.target != Target::first) refuse("it writes elsewhere");
      return;
    case KernelKind::compute:
      if (plan.target != Target::none) refuse("it has nothing to write");
      return;
    case KernelKind::reduction:
      if (plan.target != (plan.along_axis() ? Target::out : Target::none)) refuse("it writes elsewhere");
      if (plan.along_axis() && job::lane_dtype(kernel, plan.kinds, plan.params) != DType(plan.out_kind))
        refuse("its output has another dtype");
      return;
    case KernelKind::map:
      if (plan.target != Target::out && plan.target != in_place) refuse("it writes elsewhere");
      if (!job::can_hold(kernel, kernel.result_kind(plan.kinds, plan.params),
                         plan.target == Target::out ? plan.out_kind : plan.kinds[kernel.info.target]))
        refuse("its output cannot hold the results");
      return;
  }
}

void check_selections(const job::Plan& plan, std::uint64_t size) {
  if (plan.selections == nullptr) return;
  const job::Selections& selections = *plan.selections;
  if (plan.kernel->info.arrays == 0) refuse("it has no array to select from");
  if (plan.along_axis() && plan.kernel->info.kind != KernelKind::reduction) refuse("its kernel has no axis");
  for (std::size_t i = 0; i < plan.kernel->info.arrays; ++i) {
    const job::View& view = selections.views[i];
    if (view.rank > Shape::kMaxRank || view.size() != size) refuse("its selection has another size");
    if (selections.lanes[i].count != selections.lanes[0].count) refuse("its lanes differ");
  }
}

}  // namespace

JobDescription describe(const job::Plan& plan, const ArrayRefs& arrays, std::uint64_t serial,
                        std::chrono::milliseconds chunk_timeout) {
  JobDescription job;
  if (plan.kernel->context == nullptr) {
    const auto rows = kernel::table();
    const auto row = std::ranges::find_if(
        rows, [&](const auto& k) { return &k == plan.kernel || k.exact == plan.kernel; });
    job.kernel = static_cast<std::uint32_t>(row - rows.begin());
    job.exact = &*row == plan.kernel ? 0 : 1;
  } else {
    job.kernel = kPlugin;
  }
  job.kinds = pack_kinds(plan);
  job.params = plan.params;
  job.size = plan.partition.size();
  job.chunks = plan.partition.chunks();
  job.retries = plan.retries;
  job.array = arrays.in[0];
  job.serial = serial;
  job.chunk_timeout_ms = static_cast<std::uint64_t>(chunk_timeout.count());
  const bool one_array = plan.kernel->info.arrays < 2 && plan.target != Target::out;
  job.detailed = one_array && plan.selections == nullptr && job.kernel != kPlugin ? 0 : 1;
  job.traced = plan.traced ? 1 : 0;
  return job;
}

JobDetails details_of(const job::Plan& plan, const ArrayRefs& arrays) {
  JobDetails details;
  details.second = arrays.in[1];
  details.out = arrays.out;
  if (const auto* origin = plugin::origin_of(*plan.kernel)) details.plugin = origin->identity;
  details.selects = plan.selections != nullptr ? 1 : 0;
  if (plan.selections != nullptr) details.selections = *plan.selections;
  return details;
}

PluginTexts plugin_texts(const job::Plan& plan) {
  const auto* const origin = plugin::origin_of(*plan.kernel);
  if (origin == nullptr) return {};
  PluginTexts texts{origin->path, std::string(plan.kernel->info.name)};
  texts.call += '\0';
  for (const auto& [key, value] : plugin::arguments_of(plan.params)) {
    texts.call += key + '\0';
    texts.call += value + '\0';
  }
  const std::size_t most = decltype(JobHeader::call)::kBytes;
  if (texts.path.size() <= most && texts.call.size() <= most) return texts;
  throw Error(Errc::usage, "the arguments, or the path, of a plug-in's kernel are too long",
              fmt::format("together at most {} bytes", most));
}

job::Plan checked_plan(const JobDescription& job, const JobDetails* details, const PluginTexts& texts,
                       std::uint64_t job_memory_bytes) {
  job::Plan plan;
  const bool from_plugin = job.kernel == kPlugin;
  plan.kernel = from_plugin ? &plugin_of(details, texts) : &kernel_of(job);
  plan.kinds = {kind_at(job.kinds, 0), kind_at(job.kinds, 1)};
  plan.out_kind = kind_at(job.kinds, 2);
  if (byte_of(job.kinds, 3) > static_cast<std::uint32_t>(Target::out)) refuse("it writes elsewhere");
  plan.target = static_cast<Target>(byte_of(job.kinds, 3));
  plan.params = job.params;
  const bool needs_details = plan.kernel->info.arrays == 2 || plan.target == Target::out;
  if (needs_details && details == nullptr) refuse("it has fewer arrays than its kernel");
  if (details != nullptr && details->selects != 0)
    plan.selections = std::make_shared<const job::Selections>(details->selections);
  if (from_plugin) {
    const Arguments arguments = job::complete_arguments(*plan.kernel, arguments_in(texts.call));
    plan.params = plan.kernel->prepare(arguments, {plan.kinds, job.size, plan.kernel->context});
  }
  check_kinds(plan);
  check_selections(plan, job.size);
  check_size(plan, plan.along_axis() ? plan.selections->lanes[0].count : job.size);
  check_target(plan);
  if (job.chunks == 0 || job.chunks > job::kMaxChunks || job.chunks > std::max<std::uint64_t>(job.size, 1))
    refuse("the number of chunks makes no sense");
  if (job.retries >= queue::kMaxAttempt) refuse("there are too many retries");
  if (plan.kernel->items != nullptr && job.size != plan.kernel->items(plan.params))
    refuse("it has another number of items");
  plan.partition = {job.size, job.chunks};
  if (!plan.along_axis()) plan.stride = job::partial_stride(*plan.kernel, plan.kinds, plan.params);
  plan.retries = job.retries;
  plan.traced = job.traced != 0;
  if (plan.stride > job_memory_bytes || JobMemory::bytes(plan) > job_memory_bytes)
    refuse("its memory is too small");
  return plan;
}

}  // namespace shmkit::pool
