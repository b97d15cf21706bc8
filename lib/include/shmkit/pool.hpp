#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <shmkit/array.hpp>
#include <shmkit/run.hpp>

// Named pools: a supervisor and its workers, in processes of their own, that outlive the programs which use
// them. Only the user who started a pool can open any part of it. How the parts survive each other's death is
// in docs/chunk_queue.md, how they live in docs/worker_pool.md.
namespace shmkit {

struct PoolInfo {
  std::string name;
  unsigned workers = 0;
  int supervisor_pid = 0;  ///< As seen from where the pool was started.
};

/// Starts a pool: a supervisor in a session of its own, and `workers` workers (0: default_workers()). Returns
/// when they are ready. A pool of that name whose supervisor has died is replaced.
///
/// Forks from this process: call it from a small one, before it has threads.
/// Throws Error: usage (the name, too many workers), exists, no_space, failed, pool_lost (workers die at
/// once).
PoolInfo start_pool(const std::string& name, unsigned workers = 0);

enum class Stop {
  drain,  ///< Running jobs come to their end first; new ones are refused.
  now,    ///< Workers are killed; clients get pool_lost.
};

/// Ends a pool, and returns when all of it is gone.
/// Throws Error: not_found, timed_out (it still runs; it has been told).
void stop_pool(const std::string& name, Stop how = Stop::drain,
               std::optional<std::chrono::milliseconds> patience = std::nullopt);

struct PoolStatus {
  struct Worker {
    int pid = 0;                 ///< 0: none right now.
    std::string_view state;      ///< "idle", "busy", "vacant"
    std::uint64_t executed = 0;  ///< Chunks, in all its lives.
    std::uint64_t progress = 0;  ///< What the kernel of a plug-in last said to have done of its chunk.
  };
  struct Job {
    int client_pid = 0;
    std::string_view state;  ///< "idle", "running", "draining"
    std::string kernel;      ///< Of the current or last job; empty: none yet.
    std::string array;
    std::uint64_t chunks = 0;
    std::uint64_t done = 0;  ///< A lower bound.
  };
  std::string name;
  /// "ready", "degraded" (workers keep dying), "stopping", "lost" (no supervisor), "damaged"
  std::string_view state;
  int supervisor_pid = 0;
  std::int64_t started = 0;  ///< Seconds since the epoch of Unix.
  std::uint64_t deaths = 0;  ///< Of workers, so far.
  std::uint64_t jobs_done = 0;
  std::vector<Worker> workers;
  std::vector<Job> jobs;  ///< One per connected client.
};

/// A look from outside; what it shows may have changed when it returns.
/// Throws Error: not_found, not_an_array (damaged, or of another build of shmkit), failed (somebody else's).
PoolStatus pool_status(const std::string& name);

/// This user's pools by name, the lost ones too.
std::vector<std::string> list_pools();

/// A connection to a named pool. While it lives it keeps one of the pool's 256 client slots. When this
/// process dies, its job is cancelled and everything it had in the pool is taken back.
///
/// One thread at a time may use a client; any number of clients may use a pool.
class PoolClient {
 public:
  /// Throws Error: not_found, not_an_array (damaged, or of another build of shmkit), failed (somebody else's;
  /// no free slot), pool_lost (no supervisor, or it is stopping).
  static PoolClient connect(const std::string& name);

  PoolClient(PoolClient&&) noexcept;
  PoolClient& operator=(PoolClient&&) noexcept;
  ~PoolClient();

  unsigned workers() const noexcept;

  /// Runs a job to its end. options.via and options.workers are not looked at. Workers attach to the array by
  /// its name. Throws Error as WorkerPool::run(); pool_lost also when the supervisor has died: then nobody
  /// writes to the array any more.
  /// An output that has no name yet is opened by them as what this process has open: not across PID
  /// namespaces.
  RunReport run(std::string_view kernel, const JobArrays& arrays, const RunOptions& options = {});
  /// Over one array.
  RunReport run(std::string_view kernel, JobArray array, const RunOptions& options = {}) {
    return run(kernel, JobArrays{{array}, {}}, options);
  }

 private:
  struct Impl;
  explicit PoolClient(std::unique_ptr<Impl> impl) noexcept;
  std::unique_ptr<Impl> impl_;
};

}  // namespace shmkit
