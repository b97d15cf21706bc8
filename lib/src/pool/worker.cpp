#include "pool/worker.hpp"

#include <algorithm>
#include <chrono>
#include <vector>

#include "job/timeline.hpp"
#include "os/process.hpp"
#include "os/spin.hpp"
#include "pool/bells.hpp"
#include "pool/served_job.hpp"
#include "queue/fault_point.hpp"

namespace shmkit::pool {
namespace {

using queue::fault_point;
using queue::FaultPoint;
using Clock = std::chrono::steady_clock;

// How long an idle worker keeps what was deleted.
constexpr std::chrono::milliseconds kKeepWait{900};
// Nothing is lost by sleeping on: a client whose ring was lost rings again.
constexpr std::chrono::milliseconds kIdleWait{10'000};
// The client waits for others: someone may give up a chunk any time.
constexpr std::chrono::milliseconds kBusyWait{50};
// So long a worker stays with one job while others wait.
constexpr std::chrono::microseconds kTurn{1000};

class Worker {
 public:
  Worker(PoolMemory pool, queue::Owner me, WorkerHome& home)
      : pool_(pool), me_(me), home_(home), slot_(pool.worker(me.slot)), jobs_(pool.clients()) {}

  [[noreturn]] void live() {
    fault_point(FaultPoint::worker_started);
    slot_.pid.store(static_cast<std::uint32_t>(os::process_id()), std::memory_order_relaxed);
    slot_.started.store(job::timeline_now(), std::memory_order_relaxed);
    slot_.state.store(WorkerState::idle, std::memory_order_release);
    home_.wake_parent();
    for (auto& door = pool_.header().door;;) {
      const std::uint32_t heard = door.bell.load(std::memory_order_acquire);
      if (serve_active()) continue;
      if (os::spin_until_changed(door.bell, heard)) continue;
      const bool rang = sleep_at_door(pool_, slot_, heard, patience());
      if (!rang && holds_anything()) let_go();
    }
  }

 private:
  std::uint64_t active(std::uint32_t word) const noexcept {
    return pool_.header().door.active[word].load(std::memory_order_acquire);
  }
  std::uint32_t words() const noexcept { return (pool_.clients() + 63) / 64; }

  // Whether any client but this one has a running job.
  bool another_runs(std::uint32_t client) const noexcept {
    for (std::uint32_t word = 0; word < words(); ++word) {
      for (std::uint64_t bits = active(word); bits != 0; bits &= bits - 1) {
        const auto other = word * 64 + static_cast<std::uint32_t>(__builtin_ctzll(bits));
        if (other != client && other < pool_.clients() &&
            pool_.client(other).state(std::memory_order_relaxed).state == SlotState::running)
          return true;
      }
    }
    return false;
  }
  static constexpr std::uint32_t kNobody = ~std::uint32_t{0};

  // One turn for each client that seems to have a job. True if there was anything to do.
  bool serve_active() {
    bool worked = false;
    for (std::uint32_t word = 0; word < words(); ++word) {
      for (std::uint64_t bits = active(word); bits != 0; bits &= bits - 1) {
        const auto client = word * 64 + static_cast<std::uint32_t>(__builtin_ctzll(bits));
        if (client < pool_.clients() && serve(client)) worked = true;
      }
    }
    return worked;
  }

  std::chrono::milliseconds patience() const noexcept {
    if (another_runs(kNobody)) return kBusyWait;
    return holds_anything() ? kKeepWait : kIdleWait;
  }

  bool holds_anything() const noexcept { return !served_.empty() || !arrays_.empty(); }

  // What jobs that have ended, and arrays that were deleted, still hold.
  void let_go() {
    std::erase_if(served_, [this](std::uint32_t client) {
      jobs_[client].look(pool_, client, me_.slot, home_, arrays_);
      return pool_.client(client).state().state == SlotState::vacant;
    });
    arrays_.drop_deleted();
  }

  bool serve(std::uint32_t client) {
    ServedJob& job = jobs_[client];
    job.prefetch(pool_.client(client));
    if (!job.look(pool_, client, me_.slot, home_, arrays_)) return false;
    if (std::ranges::find(served_, client) == served_.end()) served_.push_back(client);
    const bool worked = execute_for_a_turn(job, client);
    if (job.finished()) finish(client);
    return worked;
  }

  // Whether others wait is asked again when the bell has rung; the clock costs as much as a chunk, and is
  // asked only then.
  bool execute_for_a_turn(ServedJob& job, std::uint32_t client) {
    auto& bell = pool_.header().door.bell;
    std::uint32_t heard = bell.load(std::memory_order_acquire);
    bool others = another_runs(client);
    Clock::time_point end = others ? Clock::now() + kTurn : Clock::time_point{};
    std::uint64_t executed = slot_.executed.load(std::memory_order_relaxed);
    const std::uint64_t before = executed;
    while (const auto chunk = job.try_claim(me_)) {
      slot_.holding.store(pack(Holding{client, *chunk}), std::memory_order_relaxed);
      if (executed == before) slot_.state.store(WorkerState::busy, std::memory_order_relaxed);
      job.execute(*chunk, me_);
      slot_.executed.store(++executed, std::memory_order_relaxed);
      if (const std::uint32_t now = bell.load(std::memory_order_acquire); now != heard) {
        heard = now;
        others = another_runs(client);
      }
      if (others && turn_is_over(end)) break;
    }
    if (executed == before) return false;
    slot_.holding.store(0, std::memory_order_relaxed);
    slot_.state.store(WorkerState::idle, std::memory_order_relaxed);
    return true;
  }

  static bool turn_is_over(Clock::time_point& end) {
    const auto now = Clock::now();
    if (end == Clock::time_point{}) end = now + kTurn;
    return now >= end;
  }

  void finish(std::uint32_t client) {
    fault_point(FaultPoint::before_signal);
    if (announce(pool_.client(client))) home_.wake_client(pool_.client(client));
    fault_point(FaultPoint::signalled);
  }

  PoolMemory pool_;
  queue::Owner me_;
  WorkerHome& home_;
  WorkerSlot& slot_;
  std::vector<ServedJob> jobs_;
  std::vector<std::uint32_t> served_;  // Clients whose entry of jobs_ may hold something.
  MappingCache arrays_;
};

}  // namespace

void worker_main(PoolMemory pool, queue::Owner me, WorkerHome& home) { Worker(pool, me, home).live(); }

}  // namespace shmkit::pool
