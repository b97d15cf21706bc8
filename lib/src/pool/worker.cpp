#include "pool/worker.hpp"

#include <algorithm>
#include <cstring>
#include <string>

#include "job/plan.hpp"
#include "os/futex.hpp"
#include "os/spin.hpp"
#include "pool/mapping_cache.hpp"
#include "queue/fault_point.hpp"

namespace shmkit::pool {
namespace {

using queue::fault_point;
using queue::FaultPoint;

// With a job, waits are short: a bell that was never rung (its ringer died) costs one period.
constexpr std::chrono::milliseconds kBusyWait{50};
constexpr std::chrono::milliseconds kIdleWait{1000};

class Worker {
 public:
  Worker(Control control, queue::Owner me, const os::Event& client)
      : control_(control), slot_(control.slot(me.slot)), me_(me), client_(client) {}

  [[noreturn]] void live() {
    fault_point(FaultPoint::worker_started);
    slot_.state.store(SlotState::ready, std::memory_order_release);
    client_.signal();
    for (auto& bell = control_.header().doorbell;;) {
      const std::uint32_t heard = bell.load(std::memory_order_acquire);
      const std::uint32_t epoch = control_.header().board.read(job_);
      if (epoch != 0) work(epoch);
      if (os::spin_until_changed(bell, heard)) continue;
      os::futex_wait(bell, heard, epoch != 0 ? kBusyWait : kIdleWait);
    }
  }

 private:
  void work(std::uint32_t epoch) {
    if (epoch == failed_epoch_) return;
    try {
      execute_all(epoch);
    } catch (const Error& e) {
      failed_epoch_ = epoch;
      report(e);
    }
  }

  void execute_all(std::uint32_t epoch) {
    const job::Plan plan = plan_of(job_);
    const bool writes = plan.kernel->info.generates;
    AnyArray& array = arrays_.attach(job_.array, writes ? Access::read_write : Access::read_only);
    // A reduction only reads through this pointer, and its pages are mapped read-only.
    auto* data = const_cast<std::byte*>(array.bytes().data());
    queue::ChunkQueue queue = control_.queue(job_.chunks);
    queue::Cursor cursor;
    bool worked = false;
    while (const auto chunk = queue.try_claim(me_, epoch, cursor)) {
      job::execute(plan, *chunk, data + plan.partition.begin(*chunk) * plan.dtype.itemsize(),
                   control_.partials());
      queue.commit(*chunk, me_, epoch);
      worked = true;
    }
    if (worked && queue.done()) signal();
  }

  static job::Plan plan_of(const JobDescription& job) {
    const auto& row = kernel::table()[job.kernel];
    job::Plan plan;
    plan.kernel = job.exact != 0 ? row.exact : &row;
    plan.params = job.params;
    plan.dtype = DType(job.kind);
    plan.partition = {job.size, job.chunks};
    plan.stride = job::partial_stride(*plan.kernel, job.kind);
    return plan;
  }

  void signal() {
    fault_point(FaultPoint::before_signal);
    client_.signal();
    fault_point(FaultPoint::signalled);
  }

  void report(const Error& e) {
    slot_.errc = static_cast<std::uint32_t>(e.errc());
    put(slot_.message, e.what());
    put(slot_.hint, e.hint());
    // Release: "the worker's error message".
    slot_.failed_epoch.store(failed_epoch_, std::memory_order_release);
    client_.signal();
  }

  static void put(std::array<char, WorkerSlot::kMaxMessage>& to, std::string_view text) {
    text = text.substr(0, to.size() - 1);
    std::ranges::copy(text, to.begin());
    to[text.size()] = '\0';
  }

  Control control_;
  WorkerSlot& slot_;
  queue::Owner me_;
  const os::Event& client_;
  JobDescription job_;
  MappingCache arrays_;
  std::uint32_t failed_epoch_ = 0;
};

}  // namespace

void worker_main(Control control, queue::Owner me, const os::Event& client) {
  Worker(control, me, client).live();
}

}  // namespace shmkit::pool
