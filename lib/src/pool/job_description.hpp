#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "job/plan.hpp"
#include "os/library.hpp"
#include "pool/shared_bits.hpp"

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
  ArrayRef array;            ///< The first one.
  std::uint64_t serial = 0;  ///< Of the job memory.
  std::uint32_t kernel = 0;  ///< Row of the kernel table, or kPlugin.
  std::uint32_t exact = 0;   ///< 1: that row's exact kernel.
  std::uint32_t kinds = 0;   ///< Kinds of the two inputs and of the output, and the Target: a byte each.
  std::uint32_t retries = 0;
  std::uint64_t chunk_timeout_ms = 0;  ///< 0: none.
  std::uint32_t detailed = 0;          ///< 1: JobDetails say more.
  std::uint32_t traced = 0;            ///< 1: the job memory has room for a JobTrace.
};
static_assert(sizeof(JobDescription) % 16 == 0);
inline constexpr std::uint32_t kPlugin = ~std::uint32_t{0};

/// What few jobs have, so that the others need not carry it; it lies in the job memory.
struct JobDetails {
  ArrayRef second;
  ArrayRef out;
  os::LibraryIdentity plugin;
  std::uint64_t selects = 0;  ///< 1: `selections` are meant.
  job::Selections selections;
};

using SharedDescription = SharedBits<JobDescription>;
using SharedDetails = SharedBits<JobDetails>;

/// The arrays of a job, in order; the output last, if it has one.
struct ArrayRefs {
  std::array<ArrayRef, 2> in;
  ArrayRef out;
};

JobDescription describe(const job::Plan& plan, const ArrayRefs& arrays, std::uint64_t serial,
                        std::chrono::milliseconds chunk_timeout);
JobDetails details_of(const job::Plan& plan, const ArrayRefs& arrays);

/// The kernel of a job that is none of the table's: which library has it, and how it is called.
struct PluginTexts {
  std::string path;
  std::string call;
};
/// Throws Error (usage) if they are too long.
PluginTexts plugin_texts(const job::Plan& plan);

/// The plan of a description that comes from another process. Believes nothing. `details`: null for one that
/// is not detailed. Loads the plug-in, if there is one, and throws what that throws.
/// Throws Error (not_an_array): no such kernel, dtype or chunk count, selections that contradict themselves,
/// or the job memory is too small for it. Whether selections lie inside their arrays remains to be seen.
job::Plan checked_plan(const JobDescription& job, const JobDetails* details, const PluginTexts& plugin,
                       std::uint64_t job_memory_bytes);

}  // namespace shmkit::pool
