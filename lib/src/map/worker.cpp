#include "map/worker.hpp"

#include <array>
#include <chrono>

#include <shmkit/error.hpp>

#include "map/runner.hpp"
#include "os/capture.hpp"
#include "os/signal_bell.hpp"

namespace shmkit::map {
namespace {

using std::chrono::milliseconds;

// A task that a dead worker gives back is taken by the one that replaces it, unless there cannot be one.
constexpr milliseconds kNoTask{500};
// The session waits for whoever reads the output; a worker that waits for the session is in no hurry.
constexpr milliseconds kNoPlace{5};

class Worker {
 public:
  Worker(const Job& job, MapMemory memory, queue::Owner me, int parent, const os::Event& session)
      : memory_(memory),
        queue_(memory.queue()),
        me_(me),
        desk_(memory.desk(me.slot)),
        executed_(memory.pool().worker(me.slot).executed),
        parent_(parent),
        session_(session),
        runner_(job, memory, me.slot, parent_) {}

  void live() {
    while (!orphaned_) {
      if (!place_for_a_result()) {
        sleep(kNoPlace);
      } else if (const auto task = queue_.try_claim(me_, kEpoch, cursor_)) {
        work(*task);
      } else {
        sleep(kNoTask);
      }
    }
  }

 private:
  bool place_for_a_result() const noexcept {
    // Acquire: "the session has read the result that was here".
    return desk_.posted.load(std::memory_order_relaxed) - desk_.taken.load(std::memory_order_acquire) <
           Desk::kResults;
  }

  void sleep(milliseconds time) {
    orphaned_ = !os::wait_readable(std::array{parent_.descriptor()}, time).empty();
  }

  void work(std::uint64_t task) {
    desk_.holding.store(task + 1, std::memory_order_relaxed);
    post(run(task));
    executed_.fetch_add(1, std::memory_order_relaxed);
  }

  Result run(std::uint64_t task) {
    try {
      return runner_.run(task);
    } catch (const Error& error) {
      desk_.group.store(0, std::memory_order_relaxed);  // The command was killed and reaped on the way here.
      auto& slot = memory_.pool().worker(me_.slot);
      slot.message.put(error.what());
      slot.hint.put(error.hint());
      Result result;
      result.task = static_cast<std::uint32_t>(task);
      result.outcome = Outcome::broken;
      result.value = error.code().value();
      return result;
    }
  }

  // In this order: a result is complete when its task is committed, and counts from then on, also when its
  // worker dies before it can say so (Session::adopt).
  void post(Result result) {
    result.number = desk_.posted.load(std::memory_order_relaxed) + 1;
    desk_.result(result.number) = result;
    queue_.commit(result.task, me_, kEpoch);
    desk_.posted.store(result.number, std::memory_order_release);
    session_.signal();
  }

  MapMemory memory_;
  queue::ChunkQueue queue_;
  queue::Owner me_;
  Desk& desk_;
  std::atomic<std::uint64_t>& executed_;
  os::ParentWatch parent_;
  const os::Event& session_;
  Runner runner_;
  queue::Cursor cursor_;
  bool orphaned_ = false;
};

}  // namespace

void worker_main(const Job& job, MapMemory memory, queue::Owner me, int parent, const os::Event& session) {
  os::leave_signals_to_parent();
  os::let_large_files_fail();
  Worker(job, memory, me, parent, session).live();
}

}  // namespace shmkit::map
