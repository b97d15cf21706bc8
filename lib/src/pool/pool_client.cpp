#include <shmkit/pool.hpp>

#include <chrono>
#include <optional>
#include <thread>

#include <fmt/format.h>

#include "job/combine.hpp"
#include "job/timeline.hpp"
#include "os/futex.hpp"
#include "os/lock.hpp"
#include "os/process.hpp"
#include "os/spin.hpp"
#include "pool/bells.hpp"
#include "pool/deadline.hpp"
#include "pool/job_inputs.hpp"
#include "pool/job_segment.hpp"
#include "pool/pool_file.hpp"
#include "pool/segment_names.hpp"
#include "pool/submission.hpp"
#include "queue/fault_point.hpp"

namespace shmkit {
namespace {

using pool::SlotState;
using queue::fault_point;
using queue::FaultPoint;
using std::chrono::milliseconds;

// What a lost wake-up costs at most, and how late the death of the supervisor is noticed.
constexpr milliseconds kPeriod{20};
constexpr milliseconds kLook{2};
// Workers of a dead supervisor are killed by the kernel. Only one that sleeps in it uninterruptibly takes
// long.
constexpr std::chrono::seconds kWorkersEnd{10};

}  // namespace

struct PoolClient::Impl {
  Impl(std::string pool_name, pool::PoolFile pool_file);
  ~Impl();

  RunReport run(std::string_view kernel, const JobArrays& arrays, const RunOptions& options);

  void take_slot();
  bool try_slot(std::uint32_t client);
  void leave() noexcept;
  Value run_plan(const job::Plan& plan, const pool::NamedRefs& arrays, const RunOptions& options,
                 RunReport& report);
  const std::byte* run_chunks(const job::Plan& plan, const pool::NamedRefs& arrays, const RunOptions& options,
                              const pool::Deadline& deadline, RunReport& report);
  void provide(std::uint64_t bytes);
  void watch(const pool::Deadline& deadline);
  void sleep(std::uint32_t seen, const pool::Deadline& deadline);
  void settle();
  void check_pool();
  [[noreturn]] void throw_lost(std::string_view why);

  std::string name;
  pool::PoolFile file;
  std::uint32_t client = 0;
  std::optional<pool::Submission> submission;
  std::optional<pool::JobSegment> segment;
};

PoolClient::Impl::Impl(std::string pool_name, pool::PoolFile pool_file)
    : name(std::move(pool_name)), file(std::move(pool_file)) {
  check_pool();
  take_slot();
}

PoolClient::Impl::~Impl() { leave(); }

void PoolClient::Impl::take_slot() {
  for (client = 0; client < file.memory.clients(); ++client) {
    if (try_slot(client)) return;
  }
  throw Error(Errc::failed, fmt::format("pool '{}' has {} clients already", name, file.memory.clients()),
              "try again when one of them has ended");
}

bool PoolClient::Impl::try_slot(std::uint32_t wanted) {
  pool::ClientSlot& slot = file.memory.client(wanted);
  if (slot.state().state != SlotState::vacant) return false;
  if (!os::try_lock(file.fd, pool::kClientBytes + wanted)) return false;
  fault_point(FaultPoint::slot_locked);
  const pool::SlotWord word = slot.state();
  if (word.state != SlotState::vacant || !slot.change(word, {word.epoch, SlotState::idle})) {
    os::unlock(file.fd, pool::kClientBytes + wanted);  // The supervisor is not done with the one before us.
    return false;
  }
  slot.pid.store(static_cast<std::uint32_t>(os::process_id()), std::memory_order_relaxed);
  slot.waiting.store(0, std::memory_order_relaxed);
  submission.emplace(file.memory, wanted);
  fault_point(FaultPoint::connected);
  // From now on the supervisor looks more often whether we live.
  pool::ring_supervisor(file.memory);
  return true;
}

// With a job that is not settled, the supervisor does the rest: it finds our lock free. When there is none
// any more, check_pool() has seen the last worker end.
void PoolClient::Impl::leave() noexcept {
  const bool headless = !os::is_locked(file.fd, pool::kSupervisorByte);
  if (!submission || (!submission->settled() && !headless)) return;
  pool::ClientSlot& slot = file.memory.client(client);
  if (segment) pool::unlink_job_segment(name, client, segment->serial());
  fault_point(FaultPoint::segment_dropped);
  forget_client(file.memory, client);
  const pool::SlotWord word = slot.state();
  slot.change(word, {word.epoch, SlotState::vacant});
}

void PoolClient::Impl::check_pool() {
  if (!os::is_locked(file.fd, pool::kSupervisorByte)) throw_lost("its supervisor has ended");
  const auto state = file.memory.header().office.state.load(std::memory_order_acquire);
  if (state == pool::PoolState::degraded)
    throw_lost("its workers die again and again before they do anything");
}

void PoolClient::Impl::throw_lost(std::string_view why) {
  // Nobody may write to the array when this returns.
  const auto end = std::chrono::steady_clock::now() + kWorkersEnd;
  const bool headless = !os::is_locked(file.fd, pool::kSupervisorByte);
  while (headless && os::is_locked(file.fd, pool::kWorkerBytes, file.memory.workers()) &&
         std::chrono::steady_clock::now() < end)
    std::this_thread::sleep_for(kLook);
  throw Error(Errc::pool_lost, fmt::format("pool '{}' is lost: {}", name, why),
              fmt::format("start it again: `shmtool pool start '{}'`", name));
}

void PoolClient::Impl::provide(std::uint64_t bytes) {
  if (segment && segment->bytes() >= bytes) return;
  if (segment) pool::unlink_job_segment(name, client, segment->serial());
  segment.reset();
  segment.emplace(pool::JobSegment::make(name, client, file.memory.client(client), bytes));
}

// After a job that was given up: nobody executes it any more.
void PoolClient::Impl::settle() {
  while (!submission->settled()) {
    check_pool();
    std::this_thread::sleep_for(kLook);
  }
}

void PoolClient::Impl::watch(const pool::Deadline& deadline) {
  pool::ClientSlot& slot = file.memory.client(client);
  for (;;) {
    const std::uint32_t seen = slot.done.load(std::memory_order_acquire);
    if (submission->done()) return;
    submission->throw_reported_error();
    pool::throw_if_past(deadline);
    if (!os::spin_until_changed(slot.done, seen)) sleep(seen, deadline);
  }
}

void PoolClient::Impl::sleep(std::uint32_t seen, const pool::Deadline& deadline) {
  pool::ClientSlot& slot = file.memory.client(client);
  slot.waiting.store(1, std::memory_order_seq_cst);
  if (slot.done.load(std::memory_order_seq_cst) == seen)
    os::futex_wait(slot.done, seen, pool::until(deadline, kPeriod));
  slot.waiting.store(0, std::memory_order_relaxed);
  if (slot.done.load(std::memory_order_acquire) != seen) return;
  if (submission->done()) return;
  check_pool();
  submission->ring_if_needed();
}

const std::byte* PoolClient::Impl::run_chunks(const job::Plan& plan, const pool::NamedRefs& arrays,
                                              const RunOptions& options, const pool::Deadline& deadline,
                                              RunReport& report) {
  provide(pool::JobMemory::bytes(plan));
  submission->publish(plan, arrays, segment->memory(), segment->serial(),
                      pool::to_milliseconds(options.chunk_timeout));
  try {
    watch(deadline);
  } catch (...) {
    submission->give_up();
    throw;
  }
  submission->finish();
  submission->add_timeline(plan, segment->memory(), report);
  submission->count_losses(plan, segment->memory(), report);
  file.memory.header().office.jobs_done.fetch_add(1, std::memory_order_relaxed);
  return segment->memory().partials(plan);
}

Value PoolClient::Impl::run_plan(const job::Plan& plan, const pool::NamedRefs& arrays,
                                 const RunOptions& options, RunReport& report) {
  const pool::Deadline deadline = pool::deadline_of(options);  // Of all passes together.
  return job::result_of(plan, report, [&](const job::Plan& pass) {
    return run_chunks(pass, arrays, options, deadline, report);
  });
}

RunReport PoolClient::Impl::run(std::string_view kernel, const JobArrays& arrays, const RunOptions& options) {
  const job::Plan plan = pool::make_plan(kernel, arrays, options);
  const auto& office = file.memory.header().office;
  if (office.state.load() == pool::PoolState::stopping) throw_lost("it is being stopped");
  RunReport report;
  report.kernel = kernel;
  report.chunks = plan.partition.chunks();
  report.workers = file.memory.workers();
  const std::uint64_t deaths = office.deaths.load(std::memory_order_relaxed);
  const pool::NamedRefs refs = pool::named_refs(arrays, pool::opened_here);
  settle();
  for (unsigned i = 0; i < options.repeat && report.failures.empty(); ++i) {
    const job::Repetition repetition;
    report.result = run_plan(plan, refs, options, report);
    repetition.end(plan, report);
  }
  report.deaths = office.deaths.load(std::memory_order_relaxed) - deaths;
  return report;
}

PoolClient::PoolClient(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
PoolClient::PoolClient(PoolClient&&) noexcept = default;
PoolClient& PoolClient::operator=(PoolClient&&) noexcept = default;
PoolClient::~PoolClient() = default;

PoolClient PoolClient::connect(const std::string& name) {
  pool::check_pool_name(name);
  return PoolClient(std::make_unique<Impl>(name, pool::open_pool(name)));
}

unsigned PoolClient::workers() const noexcept { return impl_->file.memory.workers(); }

RunReport PoolClient::run(std::string_view kernel, const JobArrays& arrays, const RunOptions& options) {
  return impl_->run(kernel, arrays, options);
}

}  // namespace shmkit
