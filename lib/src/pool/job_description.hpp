#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>

#include "job/plan.hpp"

namespace shmkit::pool {

/// The array of a job, as a worker finds it: by the name in the job memory, checked against device and inode,
/// so that a name that was given to another array meanwhile is never read; or through a descriptor that it
/// inherited.
struct ArrayRef {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::int64_t descriptor = -1;  ///< Of a draft, which has no name yet; -1: attach by name.
};

/// A job as it travels to the workers. Plain bits, without padding that would travel uninitialised.
struct JobDescription {
  kernel::Params params;
  std::uint64_t size = 0;
  std::uint64_t chunks = 0;
  ArrayRef array;
  std::uint64_t serial = 0;  ///< Of the job memory.
  std::uint32_t kernel = 0;  ///< Row of the kernel table.
  std::uint32_t exact = 0;   ///< 1: that row's exact kernel.
  std::uint32_t kind = 0;    ///< A Kind.
  std::uint32_t retries = 0;
  std::uint64_t chunk_timeout_ms = 0;  ///< 0: none.
};
static_assert(sizeof(JobDescription) % 16 == 0);

/// A description in shared memory, written and read word by word. The client slot says when it is whole.
class SharedDescription {
 public:
  void write(const JobDescription& job) noexcept;
  JobDescription read() const noexcept;

 private:
  static constexpr std::size_t kWords = sizeof(JobDescription) / 8;
  std::array<std::atomic<std::uint64_t>, kWords> words_;
};

JobDescription describe(const job::Plan& plan, const ArrayRef& array, std::uint64_t serial,
                        std::chrono::milliseconds chunk_timeout);

/// The plan of a description that comes from another process. Believes nothing.
/// Throws Error (not_an_array): no such kernel, dtype or chunk count, or the job memory is too small for it.
job::Plan checked_plan(const JobDescription& job, std::uint64_t job_memory_bytes);

}  // namespace shmkit::pool
