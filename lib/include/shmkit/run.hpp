#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <shmkit/array.hpp>
#include <shmkit/timeline.hpp>
#include <shmkit/value.hpp>
#include <shmkit/window.hpp>

namespace shmkit {

/// Who executes the chunks of a job.
enum class Via {
  serial,   ///< One loop in this thread.
  thread,   ///< Threads of this process, over this process's mapping.
  process,  ///< Worker processes that attach to the array themselves.
  copy,     ///< Worker processes that get every chunk's bytes through a pipe: the cost of marshalling.
};

/// Arguments of a kernel by name, as text: {{"seed", "42"}}.
using Arguments = std::map<std::string, std::string>;

/// An array of a job: one that has a name, or a draft that has none yet.
class JobArray {
 public:
  JobArray(AnyArray& array) noexcept : array_(&array) {}  // NOLINT(google-explicit-constructor)
  JobArray(ArrayDraft& draft) noexcept                    // NOLINT(google-explicit-constructor)
      : array_(&draft.array()), draft_(&draft) {}

  AnyArray& array() const noexcept { return *array_; }
  ArrayDraft* draft() const noexcept { return draft_; }

 private:
  AnyArray* array_;
  ArrayDraft* draft_ = nullptr;
};

/// What a job works on. The handles must outlive the call that gets this.
struct JobArrays {
  std::vector<JobArray> in;     ///< As many as the kernel takes (KernelInfo::arrays), of equal shape.
  std::optional<JobArray> out;  ///< Where a map or a reduction along an axis writes: output_of() says what
                                ///< it must be. Must not overlap what the job reads. None: a map changes one
                                ///< of its arrays.
};

/// A chunk that was given up: its workers died once too often, or the kernel could not do it.
struct ChunkFailure {
  std::uint64_t index = 0;
  std::uint64_t begin = 0;  ///< First element.
  std::uint64_t end = 0;    ///< One past the last.
  unsigned attempts = 0;
  std::string reason;       ///< "killed by signal 9 (Killed)", or what the kernel said.
  bool complained = false;  ///< The kernel said so: trying again would not help.
};

struct RunOptions {
  Via via = Via::process;
  unsigned workers = 0;      ///< 0: as many as default_workers() says.
  std::uint64_t chunks = 0;  ///< 0: default_chunks(size). Never more than there are elements.
  unsigned retries = 2;      ///< How often a chunk may kill its worker and be tried again, at most 30.
                             ///< A kernel that is not repeatable is never tried again.
  unsigned repeat = 1;       ///< How often the job runs on the same workers.
  /// Via::process, and named pools: a worker that needs longer than this for one chunk is killed, which
  /// counts as a death in that chunk. 0: never. Precise to an eighth, and to a millisecond.
  std::chrono::duration<double> chunk_timeout{0};
  /// Via::process, and named pools: how long one repetition may take. 0: for ever.
  std::chrono::duration<double> timeout{0};
  Arguments arguments;
  /// The shared library that has the kernel (shmkit/kernel.h). Empty: the kernel is built in. Its code runs
  /// in the workers, and with Via::serial and Via::thread in this process.
  std::string plugin;
  /// Only this part of the input arrays. What does not lie together is gathered into private memory, a chunk
  /// at a time.
  std::optional<Window> window;
  /// Reductions: along this axis only, from the end if negative; one result for each place on the others.
  std::optional<int> axis;
  /// Records what every worker does when: RunReport::timeline. Costs each chunk three looks at the clock, and
  /// 32 bytes of the job's memory; a job that is not traced, nothing. docs/trace.md has figures.
  bool trace = false;
};

/// What a run did and what came out.
struct RunReport {
  std::string kernel;
  Value result;                 ///< Empty where there is none, and when chunks failed.
  std::vector<double> seconds;  ///< One per repetition; the first one includes starting the workers.
  std::uint64_t chunks = 0;
  unsigned workers = 0;
  std::uint64_t retries = 0;  ///< Chunks that ran again because their worker died.
  std::uint64_t deaths = 0;   ///< Workers whose death was noticed during the job.
  std::vector<ChunkFailure> failures;
  std::uint64_t pipe_bytes = 0;  ///< Via::copy: the size of each worker's pipe.
  Timeline timeline;             ///< Empty without RunOptions::trace.
};

/// Number of chunks that a job over `size` elements gets when nobody says otherwise. Depends on
/// `size` alone, so that a result does not depend on the machine.
std::uint64_t default_chunks(std::uint64_t size) noexcept;
/// The same for a kernel that has enough to do with `grain` elements or items.
std::uint64_t default_chunks(std::uint64_t size, std::uint64_t grain) noexcept;

/// How many workers this process should use, and what said so.
struct WorkerCount {
  unsigned count = 1;
  std::string reason;  ///< "CPU affinity (4)", "cgroup quota (2.5 CPUs)", "SLURM_CPUS_PER_TASK (8)"
};

/// The smallest of: CPU affinity, cgroup v1 or v2 CPU quota (rounded up), SLURM_CPUS_PER_TASK where set.
WorkerCount default_workers();

/// Worker processes, forked from this process and waiting for jobs.
///
/// They live as long as this handle: when it is destroyed, or this process dies in whatever way, they
/// end. All they share with this process is anonymous memory, so nothing is left behind. A worker that dies
/// is replaced, and what it was executing is executed again. Workers keep the arrays of earlier jobs mapped;
/// a second job over the same array pays no page faults.
///
/// Start it from a thread that outlives it (workers end with the thread that forked them), best before other
/// threads exist. One thread at a time may use a pool. The protocol and its crash table are in
/// docs/chunk_queue.md.
class WorkerPool {
 public:
  /// Returns when all workers are ready. `workers` 0: default_workers(). Throws Error (usage: more than
  /// kMaxWorkers; failed: no more processes).
  static WorkerPool start(unsigned workers = 0);

  static constexpr unsigned kMaxWorkers = 1024;

  WorkerPool(WorkerPool&&) noexcept;
  WorkerPool& operator=(WorkerPool&&) noexcept;
  ~WorkerPool();

  unsigned size() const noexcept;
  std::vector<int> worker_pids() const;

  /// Runs a job to its end. options.via and options.workers are not looked at. Drafts must have existed when
  /// the pool was started.
  /// Throws Error: usage (unknown kernel or argument, too few or too many arrays), not_an_array (dtypes or
  /// shapes the kernel cannot take), pool_lost (workers die faster than they do anything), timed_out. Failed
  /// chunks are in the report.
  RunReport run(std::string_view kernel, const JobArrays& arrays, const RunOptions& options = {});
  /// Over one array.
  RunReport run(std::string_view kernel, JobArray array, const RunOptions& options = {}) {
    return run(kernel, JobArrays{{array}, {}}, options);
  }

 private:
  struct Impl;
  explicit WorkerPool(std::unique_ptr<Impl> impl) noexcept;
  std::unique_ptr<Impl> impl_;
};

/// Runs one kernel in the way options.via says; Via::process starts a pool for it. The result is bit-equal
/// for every way, every number of workers and every set of deaths. Via::copy is for reductions of one whole
/// array. Throws Error as WorkerPool::run().
RunReport run(std::string_view kernel, const JobArrays& arrays, const RunOptions& options = {});
/// Over one array.
inline RunReport run(std::string_view kernel, JobArray array, const RunOptions& options = {}) {
  return run(kernel, JobArrays{{array}, {}}, options);
}

/// What JobArrays::out of such a job must be.
struct OutputInfo {
  DType dtype = Kind::float64;  ///< NumPy's. A map may also write into a dtype that NumPy would cast this to.
  Shape shape;
};
/// Throws Error as run(); also if the kernel has nothing to write into another array.
OutputInfo output_of(std::string_view kernel, const std::vector<JobArray>& in,
                     const RunOptions& options = {});

struct ArgumentInfo {
  std::string_view name;
  std::string_view summary;
  std::string_view fallback;  ///< The value when it is not given; empty: it must be given.
};

/// What a kernel does with arrays.
enum class KernelKind : std::uint8_t {
  reduction,  ///< Reads its arrays and gives a result.
  generator,  ///< Writes an array, whatever was in it.
  map,        ///< Computes an array element by element: another one, or the one that it reads, in place.
  compute,    ///< Has no arrays: arguments say what there is to do.
};

/// What `shmtool kernels` prints.
struct KernelInfo {
  std::string_view name;
  std::string_view summary;
  std::span<const ArgumentInfo> arguments;
  KernelKind kind = KernelKind::reduction;
  unsigned arrays = 1;      ///< How many it takes: 0, 1 or 2, of equal shape; `out` not counted.
  unsigned target = 0;      ///< Maps: which of them it changes when there is no other to write to.
  bool repeatable = true;   ///< A chunk may run twice without harm. A map: only when it writes another array,
                            ///< and then says false.
  std::string_view dtypes;  ///< "all numeric", "float"
  std::string_view result;  ///< "dtype of the array", "int64", "none"
  std::string_view example;  ///< "run fill x --arg value=1"
};

std::vector<KernelInfo> kernels();
/// Those of a shared library, which stays loaded. Throws Error: not_found, failed (the loader's reason),
/// not_an_array (no kernels, or of another ABI version).
std::vector<KernelInfo> kernels(const std::string& plugin);

}  // namespace shmkit
