#include <algorithm>
#include <chrono>
#include <thread>

#include <fmt/format.h>

#include <shmkit/pool.hpp>

#include "os/futex.hpp"
#include "os/lock.hpp"
#include "os/process.hpp"
#include "pool/pool_file.hpp"
#include "pool/predecessor.hpp"
#include "pool/recovery.hpp"
#include "pool/segment_names.hpp"
#include "pool/supervisor.hpp"

namespace shmkit {
namespace {

using namespace std::chrono_literals;

bool has_supervisor(const pool::PoolFile& file) { return os::is_locked(file.fd, pool::kSupervisorByte); }

std::string_view state_name(pool::PoolState state) {
  switch (state) {
    case pool::PoolState::starting:
    case pool::PoolState::ready:
      return "ready";
    case pool::PoolState::degraded:
      return "degraded";
    case pool::PoolState::stopping:
      return "stopping";
  }
  return "damaged";
}

std::string_view state_name(pool::WorkerState state) {
  if (state == pool::WorkerState::busy) return "busy";
  return state == pool::WorkerState::idle ? "idle" : "vacant";
}

PoolStatus::Worker worker_status(const pool::WorkerSlot& slot) {
  const auto state = slot.state.load(std::memory_order_acquire);
  const bool there = state != pool::WorkerState::vacant;
  return {there ? static_cast<int>(slot.pid.load()) : 0, state_name(state), slot.executed.load()};
}

// What the job memory tells besides; a client that ends meanwhile takes it away.
void look_into_job(const std::string& name, std::uint32_t client, const pool::SeenJob& job,
                   PoolStatus::Job& status) {
  try {
    const os::Mapping mapping = pool::open_job_segment(name, client, job.description.serial);
    const pool::JobMemory memory(mapping.data());
    status.array = memory.header().array_name.get();
    if (pool::JobMemory::bytes(status.chunks, 0) <= mapping.size())
      status.done = memory.queue(status.chunks).mark(job.word.epoch);
  } catch (const Error&) {
    return;
  }
}

PoolStatus::Job job_status(const std::string& name, std::uint32_t client, const pool::ClientSlot& slot) {
  PoolStatus::Job status;
  status.client_pid = static_cast<int>(slot.pid.load());
  status.state = "idle";
  const auto job = pool::leased_job(slot);
  if (!job) return status;
  status.state = job->word.state == pool::SlotState::running ? "running" : "draining";
  const auto kernels = kernel::table();
  if (job->description.kernel < kernels.size()) status.kernel = kernels[job->description.kernel].info.name;
  status.chunks = std::min(job->description.chunks, job::kMaxChunks);
  look_into_job(name, client, *job, status);
  return status;
}

void request_stop(pool::PoolFile& file, Stop how) {
  auto& office = file.memory.header().office;
  office.stop.store(how == Stop::now ? pool::StopRequest::now : pool::StopRequest::drain,
                    std::memory_order_release);
  office.bell.fetch_add(1, std::memory_order_seq_cst);
  os::futex_wake(office.bell, 1);
}

void wait_for_end(const std::string& name, const pool::PoolFile& file,
                  std::optional<std::chrono::milliseconds> patience) {
  const auto start = std::chrono::steady_clock::now();
  while (os::is_locked(file.fd, 0, pool::kWorkerBytes + file.memory.workers())) {
    if (patience && std::chrono::steady_clock::now() - start > *patience) {
      throw Error(Errc::timed_out, fmt::format("pool '{}' still runs: it has jobs to finish", name),
                  "`shmtool pool stop --now` does not wait for them");
    }
    std::this_thread::sleep_for(1ms);
  }
}

}  // namespace

PoolInfo start_pool(const std::string& name, unsigned workers) {
  pool::check_pool_name(name);
  if (workers > WorkerPool::kMaxWorkers) {
    throw Error(Errc::usage, fmt::format("{} workers are too many", workers),
                fmt::format("at most {}", WorkerPool::kMaxWorkers));
  }
  if (workers == 0) workers = default_workers().count;
  return {name, workers, pool::start_supervisor(name, workers)};
}

void stop_pool(const std::string& name, Stop how, std::optional<std::chrono::milliseconds> patience) {
  pool::check_pool_name(name);
  pool::PoolFile file = pool::open_pool(name);
  if (has_supervisor(file)) request_stop(file, how);
  wait_for_end(name, file, patience);
  file.fd = os::Fd();
  pool::take_back_dead_pool(name);  // What a supervisor that was killed could not.
}

PoolStatus pool_status(const std::string& name) {
  pool::check_pool_name(name);
  const pool::PoolFile file = pool::open_pool(name);
  const pool::PoolHeader& header = file.memory.header();
  PoolStatus status;
  status.name = name;
  status.state = has_supervisor(file) ? state_name(header.office.state.load()) : "lost";
  status.supervisor_pid = static_cast<int>(header.identity.supervisor);
  status.started = header.identity.started;
  status.deaths = header.office.deaths.load();
  status.jobs_done = header.office.jobs_done.load();
  for (std::uint32_t i = 0; i < file.memory.workers(); ++i)
    status.workers.push_back(worker_status(file.memory.worker(i)));
  for (std::uint32_t i = 0; i < file.memory.clients(); ++i) {
    const pool::ClientSlot& slot = file.memory.client(i);
    if (slot.state().state != pool::SlotState::vacant) status.jobs.push_back(job_status(name, i, slot));
  }
  return status;
}

std::vector<std::string> list_pools() {
  std::vector<std::string> names;
  for (const auto& leaf : os::directory_entries("/dev/shm")) {
    const auto found = pool::parse_segment_name(leaf);
    if (found && !found->job && found->user == os::user_id()) names.push_back(found->pool);
  }
  return names;
}

}  // namespace shmkit
