#include "pool/status.hpp"

#include <algorithm>
#include <limits>

#include "pool/job_segment.hpp"
#include "pool/recovery.hpp"

namespace shmkit::pool {
namespace {

std::string_view state_name(PoolState state) {
  switch (state) {
    case PoolState::starting:
    case PoolState::ready:
      return "ready";
    case PoolState::degraded:
      return "degraded";
    case PoolState::stopping:
      return "stopping";
  }
  return "damaged";
}

std::string_view state_name(WorkerState state) {
  if (state == WorkerState::busy) return "busy";
  return state == WorkerState::idle ? "idle" : "vacant";
}

// What is damaged may be no pid at all.
int shown(std::uint32_t pid) { return pid <= std::numeric_limits<int>::max() ? static_cast<int>(pid) : 0; }

PoolStatus::Worker worker_status(const WorkerSlot& slot) {
  const auto state = slot.state.load(std::memory_order_acquire);
  const bool there = state == WorkerState::idle || state == WorkerState::busy;
  return {there ? shown(slot.pid.load()) : 0, state_name(state), slot.executed.load(), slot.progress.load()};
}

// What the job memory tells besides; a client that ends meanwhile takes it away.
void look_into_job(const std::string& name, std::uint32_t client, const SeenJob& job,
                   PoolStatus::Job& status) {
  try {
    const os::Mapping mapping = open_job_segment(name, client, job.description.serial);
    const JobMemory memory(mapping.data());
    status.array = memory.header().names[0].get();
    if (JobMemory::bytes(status.chunks, 0, false) <= mapping.size())
      status.done = memory.queue(status.chunks).mark(job.word.epoch);
  } catch (const Error&) {
    return;
  }
}

PoolStatus::Job job_status(const std::string& name, std::uint32_t client, const ClientSlot& slot) {
  PoolStatus::Job status;
  status.client_pid = shown(slot.pid.load());
  status.state = "idle";
  const auto job = leased_job(slot);
  if (!job) return status;
  status.state = job->word.state == SlotState::running ? "running" : "draining";
  const auto kernels = kernel::table();
  if (job->description.kernel < kernels.size()) status.kernel = kernels[job->description.kernel].info.name;
  status.chunks = std::min(job->description.chunks, job::kMaxChunks);
  look_into_job(name, client, *job, status);
  return status;
}

}  // namespace

PoolStatus read_status(PoolMemory memory, const std::string& name) {
  const PoolHeader& header = memory.header();
  PoolStatus status;
  status.name = name;
  status.state = state_name(header.office.state.load());
  status.supervisor_pid = shown(header.identity.supervisor);
  status.started = header.identity.started;
  status.deaths = header.office.deaths.load();
  status.jobs_done = header.office.jobs_done.load();
  for (std::uint32_t i = 0; i < memory.workers(); ++i)
    status.workers.push_back(worker_status(memory.worker(i)));
  for (std::uint32_t i = 0; i < memory.clients(); ++i) {
    const ClientSlot& slot = memory.client(i);
    if (slot.state().state != SlotState::vacant) status.jobs.push_back(job_status(name, i, slot));
  }
  return status;
}

}  // namespace shmkit::pool
