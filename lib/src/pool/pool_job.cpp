#include "pool/pool_job.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "job/combine.hpp"
#include "os/futex.hpp"

namespace shmkit::pool {
namespace {

constexpr std::chrono::milliseconds kPeriod{50};

JobDescription describe(const job::Plan& plan, const ArrayRef& array) {
  JobDescription job;
  const auto rows = kernel::table();
  const auto row =
      std::ranges::find_if(rows, [&](const auto& k) { return &k == plan.kernel || k.exact == plan.kernel; });
  job.kernel = static_cast<std::uint32_t>(row - rows.begin());
  job.exact = &*row == plan.kernel ? 0 : 1;
  job.kind = plan.dtype.kind();
  job.params = plan.params;
  job.size = plan.partition.size;
  job.chunks = plan.partition.chunks;
  job.array = array;
  return job;
}

std::uint64_t count_terminal(const queue::ChunkQueue& queue) {
  std::uint64_t count = 0;
  for (std::uint64_t chunk = 0; chunk < queue.size(); ++chunk)
    count += queue::terminal(queue.was(chunk).state) ? 1 : 0;
  return count;
}

// The absolute path, as a URL: the name that was given may be relative, and this is checked against the inode
// anyway.
void put_name(ArrayRef& ref, const Name& name) {
  const std::string url = name.in_shared_memory() ? name.url() : "file://" + name.path();
  if (url.size() > ref.name.size())
    throw Error(Errc::usage, fmt::format("the path of '{}' is too long", name.text()));
  std::ranges::copy(url, ref.name.begin());
  ref.length = static_cast<std::uint32_t>(url.size());
}

}  // namespace

ArrayRef named(const ArrayInfo& info) {
  ArrayRef ref;
  ref.device = info.device;
  ref.inode = info.inode;
  put_name(ref, info.name);
  return ref;
}

ArrayRef unnamed(ArrayDraft& draft) {
  ArrayRef ref = named(draft.array().info());
  ref.descriptor = draft.descriptor();
  return ref;
}

Value PoolJob::run(const job::Plan& plan) {
  try {
    run_chunks(plan);
    if (!report_.failures.empty()) return {};
    if (auto value = job::combine(plan, control_.partials())) return *value;
    const job::Plan exact = job::exact_plan(plan);
    run_chunks(exact);
    if (!report_.failures.empty()) return {};
    return job::combine(exact, control_.partials()).value();
  } catch (...) {
    // Leases may be out: only the death of their holders makes the words ours again.
    control_.header().board.withdraw();
    crew_.kill_all();
    throw;
  }
}

void PoolJob::run_chunks(const job::Plan& plan) {
  crew_.wait(std::chrono::milliseconds(0));  // Buries those who died since the last job.
  crew_.fill_vacancies();
  deaths_without_progress_ = terminal_seen_ = 0;
  publish(plan);
  watch(plan);
  control_.header().board.withdraw();
}

void PoolJob::publish(const job::Plan& plan) {
  memory_.ensure(kWordsOffset, plan.partition.chunks * sizeof(queue::Word));
  memory_.ensure(kPartialsOffset, plan.partial_bytes());
  epoch_ = epoch_ == std::numeric_limits<std::uint32_t>::max() ? 1 : epoch_ + 1;
  control_.header().board.withdraw();
  control_.header().board.write(describe(plan, array_));
  queue(plan).fill(epoch_);
  control_.header().board.publish(epoch_);  // Release: "job description and fresh words".
  ring(plan.partition.chunks);
}

void PoolJob::watch(const job::Plan& plan) {
  while (!queue(plan).done()) {
    const auto deaths = crew_.wait(kPeriod);
    throw_reported_error();
    for (const Death& death : deaths) recover(death, plan);
    if (deaths.empty()) continue;
    check_progress(plan);
    if (queue(plan).done()) return;
    crew_.fill_vacancies();
    ring(crew_.size());
  }
}

void PoolJob::recover(const Death& death, const job::Plan& plan) {
  ++report_.deaths;
  ++deaths_without_progress_;
  for (const std::uint64_t chunk : queue(plan).recover(death.owner, epoch_, plan.retries)) {
    const queue::Lease lease = queue(plan).was(chunk);
    if (lease.state != queue::State::poison) {
      ++report_.retries;
      continue;
    }
    report_.failures.push_back({chunk, plan.partition.begin(chunk), plan.partition.begin(chunk + 1),
                                lease.attempt, death.status.text()});
  }
}

// A chunk that kills its workers becomes terminal after some deaths. Deaths without end, and without any
// chunk becoming terminal, come from elsewhere: there is no use in going on.
void PoolJob::check_progress(const job::Plan& plan) {
  const std::uint64_t terminal = count_terminal(queue(plan));
  if (terminal > terminal_seen_) deaths_without_progress_ = 0;
  terminal_seen_ = terminal;
  if (deaths_without_progress_ <= (plan.retries + 1) * crew_.size() + 30) return;
  throw Error(Errc::pool_lost,
              fmt::format("{} workers died in a row and no chunk was finished", deaths_without_progress_),
              "is memory short? see `dmesg`");
}

void PoolJob::throw_reported_error() {
  for (std::uint32_t i = 0; i < crew_.size(); ++i) {
    const WorkerSlot& slot = control_.slot(i);
    // Acquire: "the worker's error message".
    if (slot.failed_epoch.load(std::memory_order_acquire) != epoch_) continue;
    throw Error(static_cast<Errc>(slot.errc), slot.message.data(), slot.hint.data());
  }
}

void PoolJob::ring(std::uint64_t waiters) {
  auto& bell = control_.header().doorbell;
  bell.fetch_add(1, std::memory_order_release);
  os::futex_wake(bell, static_cast<std::uint32_t>(std::min<std::uint64_t>(waiters, crew_.size())));
}

}  // namespace shmkit::pool
