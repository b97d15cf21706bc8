#include "pool/job_description.hpp"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "pool/job_memory.hpp"
#include "queue/lease_word.hpp"

namespace shmkit::pool {
namespace {

constexpr std::uint32_t kKinds = static_cast<std::uint32_t>(Kind::complex128) + 1;

[[noreturn]] void refuse(std::string_view what) {
  throw Error(Errc::not_an_array, fmt::format("a job is damaged: {}", what), "submit it again");
}

const kernel::Kernel& kernel_of(const JobDescription& job) {
  const auto rows = kernel::table();
  if (job.kernel >= rows.size() || job.exact > 1) refuse("there is no such kernel");
  const kernel::Kernel& row = rows[job.kernel];
  if (job.exact == 0) return row;
  if (row.exact == nullptr) refuse("its kernel has no exact form");
  return *row.exact;
}

// Reductions that have no value for no elements say so when they are prepared.
void check_size(const kernel::Kernel& kernel, Kind kind, std::uint64_t size) {
  if (size > 0 || kernel.prepare == nullptr || !kernel.info.arguments.empty()) return;
  try {
    kernel.prepare({}, kind, size);
  } catch (const Error&) {
    refuse("its kernel needs elements");
  }
}

}  // namespace

// Release on every word: whoever meets a word of the next description also meets the slot that is not
// running.
void SharedDescription::write(const JobDescription& job) noexcept {
  std::array<std::uint64_t, kWords> copy;
  std::memcpy(copy.data(), &job, sizeof(job));
  for (std::size_t i = 0; i < kWords; ++i) words_[i].store(copy[i], std::memory_order_release);
}

JobDescription SharedDescription::read() const noexcept {
  std::array<std::uint64_t, kWords> copy;
  for (std::size_t i = 0; i < kWords; ++i) copy[i] = words_[i].load(std::memory_order_acquire);
  JobDescription job;
  std::memcpy(static_cast<void*>(&job), copy.data(), sizeof(job));
  return job;
}

JobDescription describe(const job::Plan& plan, const ArrayRef& array, std::uint64_t serial,
                        std::chrono::milliseconds chunk_timeout) {
  JobDescription job;
  const auto rows = kernel::table();
  const auto row =
      std::ranges::find_if(rows, [&](const auto& k) { return &k == plan.kernel || k.exact == plan.kernel; });
  job.kernel = static_cast<std::uint32_t>(row - rows.begin());
  job.exact = &*row == plan.kernel ? 0 : 1;
  job.kind = static_cast<std::uint32_t>(plan.dtype.kind());
  job.params = plan.params;
  job.size = plan.partition.size();
  job.chunks = plan.partition.chunks();
  job.retries = plan.retries;
  job.array = array;
  job.serial = serial;
  job.chunk_timeout_ms = static_cast<std::uint64_t>(chunk_timeout.count());
  return job;
}

job::Plan checked_plan(const JobDescription& job, std::uint64_t job_memory_bytes) {
  job::Plan plan;
  plan.kernel = &kernel_of(job);
  if (job.kind >= kKinds || !plan.kernel->accepts(static_cast<Kind>(job.kind)))
    refuse("the dtype does not fit");
  check_size(*plan.kernel, static_cast<Kind>(job.kind), job.size);
  if (job.chunks == 0 || job.chunks > job::kMaxChunks || job.chunks > std::max<std::uint64_t>(job.size, 1))
    refuse("the number of chunks makes no sense");
  if (job.retries >= queue::kMaxAttempt) refuse("there are too many retries");
  plan.params = job.params;
  plan.dtype = DType(static_cast<Kind>(job.kind));
  plan.partition = {job.size, job.chunks};
  plan.stride = job::partial_stride(*plan.kernel, plan.dtype.kind());
  plan.retries = job.retries;
  if (JobMemory::bytes(job.chunks, plan.partial_bytes()) > job_memory_bytes)
    refuse("its memory is too small");
  return plan;
}

}  // namespace shmkit::pool
