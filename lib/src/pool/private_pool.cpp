#include "pool/private_pool.hpp"

#include <fmt/format.h>

#include "job/combine.hpp"
#include "os/spin.hpp"
#include "pool/deadline.hpp"

namespace shmkit::pool {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kPeriod{50};
constexpr milliseconds kLook{5};

constexpr std::uint64_t round_to_page(std::uint64_t bytes) { return (bytes + 4095) / 4096 * 4096; }
constexpr std::uint64_t job_offset(std::uint32_t workers) {
  return round_to_page(PoolMemory::bytes(workers, 1));
}
constexpr std::uint64_t kMostJobBytes = JobMemory::bytes(job::kMaxChunks, job::kPartialBudget, true);

}  // namespace

PrivatePool::PrivatePool(std::uint32_t workers)
    : memory_(job_offset(workers) + kMostJobBytes),
      pool_(memory_.data(), workers, 1),
      crew_(pool_, [this](queue::Owner me) { worker_main(pool_, me, *this); }),
      submission_(pool_, kClient),
      overtime_(pool_),
      vain_deaths_(pool_) {
  memory_.ensure(0, job_offset(workers));
  pool_.client(kClient).change({}, {0, SlotState::idle});
  crew_.fill_vacancies();
  wait_until_ready();
}

void PrivatePool::wait_until_ready() {
  while (!crew_.all_ready()) replace(crew_.wait(kPeriod));
}

WorkerHome::Memory PrivatePool::job_memory(std::uint32_t client, const JobDescription& job) {
  return {memory_of(client, job), kMostJobBytes};
}

JobMemory PrivatePool::memory_of(std::uint32_t /*client*/, const JobDescription& /*job*/) {
  return JobMemory(memory_.data() + job_offset(pool_.workers()));
}

Value PrivatePool::run(const job::Plan& plan, const NamedRefs& arrays, const RunOptions& options,
                       RunReport& report) {
  deadline_ = deadline_of(options);
  try {
    return job::result_of(plan, report,
                          [&](const job::Plan& pass) { return run_chunks(pass, arrays, options, report); });
  } catch (...) {
    // Leases may be out: only the death of their holders makes the words ours again.
    submission_.give_up();
    for (const Death& death : crew_.kill_all()) recover_worker(pool_, death, *this);
    submission_.settled();
    throw;
  }
}

std::byte* PrivatePool::run_chunks(const job::Plan& plan, const NamedRefs& arrays, const RunOptions& options,
                                   RunReport& report) {
  bury_the_dead();
  crew_.fill_vacancies();
  memory_.ensure(job_offset(pool_.workers()), JobMemory::bytes(plan));
  const JobMemory memory = memory_of(kClient, {});
  submission_.publish(plan, arrays, memory, 0, to_milliseconds(options.chunk_timeout));
  watch(options, report);
  submission_.finish();
  submission_.add_timeline(plan, memory, report);
  submission_.count_losses(plan, memory, report);
  return memory.partials(plan);
}

// Those who died since the last job, when they held nothing. Not before each of many small jobs: to look
// costs as much as such a job, and a job that is not done looks anyway.
void PrivatePool::bury_the_dead() {
  const auto now = std::chrono::steady_clock::now();
  if (now - last_look_ < kLook) return;
  last_look_ = now;
  crew_.wait(milliseconds(0));
}

void PrivatePool::watch(const RunOptions& options, RunReport& report) {
  ClientSlot& slot = pool_.client(kClient);
  for (;;) {
    const std::uint32_t seen = slot.done.load(std::memory_order_acquire);
    if (submission_.done()) return;
    submission_.throw_reported_error();
    throw_if_past(deadline_);
    if (os::spin_until_changed(slot.done, seen)) continue;
    slot.waiting.store(1, std::memory_order_seq_cst);
    const bool quiet = slot.done.load(std::memory_order_seq_cst) == seen;
    const auto deaths = quiet ? sleep(options) : crew_.wait(milliseconds(0));
    slot.waiting.store(0, std::memory_order_relaxed);
    report.deaths += deaths.size();
    replace(deaths);
    if (!deaths.empty()) submission_.ring_if_needed();
  }
}

std::vector<Death> PrivatePool::sleep(const RunOptions& options) {
  if (options.chunk_timeout.count() > 0)
    overtime_.end_the_stuck(crew_, *this, std::chrono::steady_clock::now());
  return crew_.wait(until(deadline_, std::min(overtime_.period().value_or(kPeriod), kPeriod)));
}

void PrivatePool::replace(const std::vector<Death>& deaths) {
  const auto now = std::chrono::steady_clock::now();
  for (const Death& death : deaths)
    vain_deaths_.add(recover_worker(pool_, death, *this).chunks == 0 ? 1 : 0, now);
  if (deaths.empty()) return;
  vain_deaths_.refresh(now);
  if (vain_deaths_.excess() > 0) {
    throw Error(Errc::pool_lost, "workers die again and again before they do anything",
                "is memory short? see `dmesg`");
  }
  crew_.fill_vacancies();
}

}  // namespace shmkit::pool
