#include "executor/worker.hpp"

#include <chrono>

#include "executor/task_table.hpp"
#include "executor/thrown.hpp"
#include "os/futex.hpp"
#include "os/process.hpp"
#include "os/spin.hpp"
#include "pool/bells.hpp"
#include "queue/fault_point.hpp"

namespace shmkit::executor {
namespace {

using queue::fault_point;
using queue::FaultPoint;

// Nothing is lost by sleeping on: whoever posts a task rings, and after a death the supervisor does.
constexpr std::chrono::milliseconds kIdleWait{10'000};

thread_local const void* served = nullptr;

void execute(TaskSlot& slot) noexcept {
  try {
    slot.invoke(slot.in.data(), slot.out.data(), slot.count);
    slot.outcome = Outcome::returned;
  } catch (...) {
    write_thrown(slot);
    slot.outcome = Outcome::threw;
  }
}

bool is_awaited(Awaited awaited, std::uint32_t task, std::uint32_t done) noexcept {
  if (awaited.what == Awaited::What::task) return awaited.value == task;
  // As numbers that wrap.
  return awaited.what == Awaited::What::count && static_cast<std::int32_t>(done - awaited.value) >= 0;
}

bool work(TaskTable& table, ExecutorMemory memory, queue::Owner me, pool::WorkerSlot& slot) {
  const auto task = table.try_claim(me);
  if (!task) return false;
  execute(table.slot(*task));
  slot.executed.store(slot.executed.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  table.commit(*task, me);
  announce(memory, *task);
  return true;
}

}  // namespace

void announce(ExecutorMemory memory, std::uint32_t task) noexcept {
  Desk& desk = memory.desk();
  // Sequentially consistent, as the client's: one of the two sees the other.
  const std::uint32_t done = desk.done.fetch_add(1, std::memory_order_seq_cst) + 1;
  fault_point(FaultPoint::task_counted, task);
  const Awaited awaited = unpack_awaited(desk.awaited.load(std::memory_order_seq_cst));
  if (is_awaited(awaited, task, done)) os::futex_wake(desk.done, 1);
}

void announce_all(ExecutorMemory memory) noexcept {
  memory.desk().done.fetch_add(1, std::memory_order_seq_cst);
  os::futex_wake(memory.desk().done, 1);
}

const void* served_executor() noexcept { return served; }

void serve(ExecutorMemory memory, queue::Owner me, const std::function<void()>& ready) {
  const pool::PoolMemory pool = memory.pool();
  pool::WorkerSlot& slot = pool.worker(me.slot);
  TaskTable table(memory);
  served = &memory.board();
  fault_point(FaultPoint::worker_started);
  slot.pid.store(static_cast<std::uint32_t>(os::process_id()), std::memory_order_relaxed);
  slot.state.store(pool::WorkerState::idle, std::memory_order_release);
  ready();
  for (auto& bell = pool.header().door.bell;;) {
    const std::uint32_t heard = bell.load(std::memory_order_acquire);
    const bool stop = memory.office().stop.load(std::memory_order_acquire) != 0;
    if (work(table, memory, me, slot)) continue;
    if (stop) return;
    if (os::spin_until_changed(bell, heard)) continue;
    pool::sleep_at_door(pool, slot, heard, kIdleWait);
  }
}

}  // namespace shmkit::executor
