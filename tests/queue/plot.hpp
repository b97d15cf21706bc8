#pragma once

#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdint>

#include "pool/fixture.hpp"
#include "queue/fault_point.hpp"

namespace shmkit::test {

using queue::FaultPoint;

/// Who is to die at a fault point, and how often. Shared by all processes of a test.
struct Order {
  std::atomic<int> skip{0};          ///< So many pass first.
  std::atomic<int> kills{0};         ///< So many die then.
  std::atomic<std::uint64_t> only;   ///< At this chunk alone, unless kAnyChunk.
  std::atomic<int> signal{SIGKILL};  ///< What they get.
  std::atomic<int> victim{0};        ///< Somebody else's pid, or 0: who gets there.
  std::atomic<int> after{0};         ///< Waits for so many deaths at `leased` first.

  std::atomic<std::uint64_t> reached{0};
  std::atomic<int> killed{0};
};

inline constexpr std::uint64_t kAnyChunk = ~std::uint64_t{0};

/// What happens in a test at which fault point. Inherited by forked processes, through queue::fault_hook.
class Plot {
 public:
  Plot() {
    for (auto& order : scene_->orders) order.only = kAnyChunk;
    current_ = this;
    queue::fault_hook = [](FaultPoint point, std::uint64_t chunk) { current_->enter(point, chunk); };
  }
  ~Plot() { queue::fault_hook = nullptr; }
  Plot(const Plot&) = delete;
  Plot& operator=(const Plot&) = delete;

  Order& at(FaultPoint point) { return scene_->orders[static_cast<std::size_t>(point)]; }
  void kill_at(FaultPoint point, int times = 1, int skip = 0) {
    at(point).skip = skip;
    at(point).kills = times;
  }
  int killed(FaultPoint point) { return at(point).killed; }
  std::uint64_t reached(FaultPoint point) { return at(point).reached; }

  /// The workers that have started, dead or alive.
  int started() const { return scene_->started; }
  int pid(int i) const { return scene_->pids[static_cast<std::size_t>(i)]; }

 private:
  struct Scene {
    std::array<Order, queue::kFaultPoints> orders;
    std::atomic<int> started{0};
    std::array<std::atomic<int>, 1000> pids{};
  };

  void enter(FaultPoint point, std::uint64_t chunk) {
    if (point == FaultPoint::worker_started)
      scene_->pids[static_cast<std::size_t>(scene_->started++) % scene_->pids.size()] = ::getpid();
    Order& order = at(point);
    ++order.reached;
    if (order.only != kAnyChunk && order.only != chunk) return;
    if (order.skip.fetch_sub(1) > 0) return;
    if (order.kills.fetch_sub(1) <= 0) return;
    while (killed(FaultPoint::leased) < order.after) ::usleep(100);
    ++order.killed;
    ::kill(order.victim != 0 ? order.victim.load() : ::getpid(), order.signal);
  }

  static inline Plot* current_ = nullptr;
  SharedPage<Scene> scene_;
};

}  // namespace shmkit::test
