#pragma once

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <iomanip>
#include <iostream>
#include <optional>
#include <span>

#include "pool/fixture.hpp"
#include "pool/ghost.hpp"
#include "queue/fault_point.hpp"

namespace shmkit::test {

using queue::FaultPoint;

/// Kills processes at fault points, thousands of times, and counts where: in all processes of the test.
class Doom {
 public:
  explicit Doom(std::uint32_t seed) {
    scene_->random = seed | 1U;
    current_ = this;
    queue::fault_hook = [](FaultPoint point, std::uint64_t chunk) { current_->enter(point, chunk); };
  }
  ~Doom() { queue::fault_hook = nullptr; }
  Doom(const Doom&) = delete;
  Doom& operator=(const Doom&) = delete;

  /// This process dies when it gets to `point` and has passed it `skip` times. Its children inherit that.
  void on_me(FaultPoint point, int skip = 0) {
    mine_ = point;
    my_skip_ = skip;
  }

  /// From now on workers die, one after the other, at these points in turn: with each death the next one is
  /// chosen, so that no time is lost in between. Ends after so many.
  void chain(std::span<const FaultPoint> points, int kills) {
    scene_->chain_size = points.size();
    std::ranges::copy(points, scene_->chain.begin());
    scene_->left = kills;
    arm_next();
  }
  void end_chain() { scene_->armed = kNobody; }
  int left() const { return scene_->left; }

  /// Keeps books meanwhile.
  void watched_by(Ghost* ghost) { ghost_ = ghost; }

  int killed(FaultPoint point) const { return tally(point).killed; }
  std::uint64_t reached(FaultPoint point) const { return tally(point).reached; }
  int killed() const {
    int sum = 0;
    for (const auto& each : scene_->tallies) sum += each.killed;
    return sum;
  }

  void print() const {
    std::cout << std::left << std::setw(20) << "point" << std::right << std::setw(12) << "reached"
              << std::setw(8) << "killed" << '\n';
    for (std::size_t i = 0; i < queue::kFaultPointNames.size(); ++i) {
      std::cout << std::left << std::setw(20) << queue::kFaultPointNames[i] << std::right << std::setw(12)
                << scene_->tallies[i].reached << std::setw(8) << scene_->tallies[i].killed << '\n';
    }
  }

 private:
  static constexpr int kNobody = -1;
  static constexpr int kPatience = 200;

  struct Tally {
    std::atomic<std::uint64_t> reached{0};
    std::atomic<int> killed{0};
  };
  struct Scene {
    std::array<Tally, queue::kFaultPoints> tallies{};
    std::array<FaultPoint, 4 * queue::kFaultPoints> chain{};  // Set before anybody is armed.
    std::size_t chain_size = 0;
    std::atomic<int> armed{kNobody};
    std::atomic<int> skip{0};
    std::atomic<int> patience{kPatience};
    std::atomic<int> left{0};
    std::atomic<std::uint32_t> next{0};
    std::atomic<std::uint32_t> random{1};
  };

  Tally& tally(FaultPoint point) const { return scene_->tallies[static_cast<std::size_t>(point)]; }

  void enter(FaultPoint point, std::uint64_t chunk) {
    ++tally(point).reached;
    if (ghost_ != nullptr) ghost_->enter(point, chunk);
    if (mine_ == point && my_skip_-- <= 0) die(point);
    const int armed = scene_->armed;
    if (armed == static_cast<int>(point)) {
      if (scene_->skip.fetch_sub(1) <= 0) die_in_chain(point, armed);
    } else if (armed != kNobody && point == FaultPoint::leased && scene_->patience.fetch_sub(1) <= 0) {
      // It is waited for in vain: a worker starts, or takes a hint, only after a death.
      scene_->patience = kPatience;
      die(point);
    }
  }

  void die_in_chain(FaultPoint point, int armed) {
    if (!scene_->armed.compare_exchange_strong(armed, kNobody)) return;
    if (--scene_->left > 0) arm_next();
    die(point);
  }

  [[noreturn]] void die(FaultPoint point) {
    ++tally(point).killed;
    for (;;) ::kill(::getpid(), SIGKILL);
  }

  void arm_next() {
    const FaultPoint point = scene_->chain[scene_->next++ % scene_->chain_size];
    const bool of_chunks = point == FaultPoint::leased || point == FaultPoint::executed ||
                           point == FaultPoint::committed || point == FaultPoint::ticket_taken;
    scene_->random = scene_->random * 1664525U + 1013904223U;
    scene_->skip = of_chunks ? static_cast<int>((scene_->random >> 16U) % 12) : 0;
    scene_->patience = kPatience;
    scene_->armed = static_cast<int>(point);
  }

  static inline Doom* current_ = nullptr;
  SharedPage<Scene> scene_;
  Ghost* ghost_ = nullptr;
  std::optional<FaultPoint> mine_;
  int my_skip_ = 0;
};

}  // namespace shmkit::test
