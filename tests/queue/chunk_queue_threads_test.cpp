#include <array>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <random>
#include <thread>

#include <gtest/gtest.h>

#include "pool/fixture.hpp"
#include "queue/chunk_queue.hpp"

namespace shmkit::queue {
namespace {

constexpr std::uint32_t kSlots = 4;
constexpr std::uint64_t kChunks = 37;  // Not whole lines of words.
constexpr std::uint32_t kNoJob = 0;

// Workers as threads, which abandon what they do at random steps, as a killed process would. They share plain
// memory that only the lease protects: ThreadSanitizer and the checks after each job are the oracle. The
// counters that all threads may touch are relaxed, so that they do not order what the queue must order.
class Storm {
 public:
  explicit Storm(std::uint32_t seed) : seed_(seed) {
    for (std::uint32_t slot = 0; slot < kSlots; ++slot) start(slot);
    recoverer_ = std::thread([this] { recover_the_stopped(); });
  }

  ~Storm() {
    over_.store(true, std::memory_order_relaxed);
    recoverer_.join();
    for (auto& worker : workers_) worker.join();
  }
  Storm(const Storm&) = delete;
  Storm& operator=(const Storm&) = delete;

  void run_job(std::uint32_t epoch) {
    epoch_.store(kNoJob, std::memory_order_release);
    queue_.fill(epoch);
    for (Ghost& ghost : ghosts_) ghost = {};
    epoch_.store(epoch, std::memory_order_release);
    while (!queue_.done(epoch)) std::this_thread::yield();
    for (std::uint64_t chunk = 0; chunk < kChunks; ++chunk) check(chunk, epoch);
  }

  std::uint64_t deaths() const { return deaths_.load(std::memory_order_relaxed); }
  std::uint64_t violations() const { return violations_.load(std::memory_order_relaxed); }

 private:
  /// What the holder of a chunk's lease alone may touch, until it is committed.
  struct Ghost {
    std::uint64_t head = 0;  // The partial result: two halves.
    std::uint64_t tail = 0;
    int executions = 0;
    int commits = 0;
  };

  static std::uint64_t partial(std::uint64_t chunk, std::uint32_t epoch) { return epoch * 1000 + chunk; }

  void check(std::uint64_t chunk, std::uint32_t epoch) {
    const Ghost& ghost = ghosts_[chunk];
    EXPECT_EQ(ghost.head, partial(chunk, epoch));
    EXPECT_EQ(ghost.tail, ~partial(chunk, epoch));
    EXPECT_GE(ghost.executions, 1);
    EXPECT_EQ(ghost.commits, 1);
    EXPECT_EQ(queue_.was(chunk).state, State::committed);
    EXPECT_EQ(queue_.was(chunk).epoch, epoch);
  }

  void start(std::uint32_t slot) {
    incarnations_[slot] = (incarnations_[slot] + 1) & kIncarnationMask;
    stopped_[slot].store(false, std::memory_order_relaxed);
    const Owner me{slot, incarnations_[slot]};
    workers_[slot] = std::thread([this, me, seed = ++seed_] { live(me, seed); });
  }

  void recover_the_stopped() {
    while (!over_.load(std::memory_order_relaxed)) {
      for (std::uint32_t slot = 0; slot < kSlots; ++slot) {
        if (!stopped_[slot].load(std::memory_order_acquire)) continue;  // The proof of death.
        workers_[slot].join();
        deaths_.fetch_add(1, std::memory_order_relaxed);
        queue_.recover({slot, incarnations_[slot]}, epoch_.load(std::memory_order_relaxed), kMaxAttempt - 1,
                       {});
        start(slot);
      }
      std::this_thread::yield();
    }
  }

  void live(Owner me, std::uint32_t seed) {
    std::minstd_rand random(seed);
    while (!over_.load(std::memory_order_relaxed)) {
      const std::uint32_t epoch = epoch_.load(std::memory_order_acquire);
      Cursor cursor;
      while (const auto chunk = queue_.try_claim(me, epoch, cursor)) {
        if (random() % 64 == 0) spoil_hints(random);
        if (execute(*chunk, me, epoch, random)) continue;
        stopped_[me.slot].store(true, std::memory_order_release);
        return;
      }
      std::this_thread::yield();
    }
  }

  // False: died.
  bool execute(std::uint64_t chunk, Owner me, std::uint32_t epoch, std::minstd_rand& random) {
    const auto death = random() % 100;  // 0 to 4: at that step.
    if (holders_[chunk].fetch_add(1, std::memory_order_relaxed) != 0)
      violations_.fetch_add(1, std::memory_order_relaxed);
    Ghost& ghost = ghosts_[chunk];
    ++ghost.executions;
    if (death != 0) ghost.head = death == 1 ? random() : partial(chunk, epoch);
    if (death > 2) ghost.tail = ~partial(chunk, epoch);
    holders_[chunk].fetch_sub(1, std::memory_order_relaxed);
    if (death < 4) return false;
    ++ghost.commits;  // For commit() does not return if it fails.
    queue_.commit(chunk, me, epoch);
    return death != 4;
  }

  void spoil_hints(std::minstd_rand& random) {
    hints_.ticket.store((std::uint64_t{epoch_.load()} << 32U) + random() % 8, std::memory_order_relaxed);
    hints_.freed.store(random() % (2 * kChunks), std::memory_order_relaxed);
  }

  Hints hints_{};
  std::array<Word, kChunks> words_{};
  ChunkQueue queue_{hints_, words_};
  std::array<Ghost, kChunks> ghosts_{};
  std::array<std::atomic<int>, kChunks> holders_{};
  std::atomic<std::uint32_t> epoch_{kNoJob};
  std::atomic<bool> over_{false};
  std::atomic<std::uint64_t> deaths_{0};
  std::atomic<std::uint64_t> violations_{0};
  std::array<std::atomic<bool>, kSlots> stopped_{};
  // Those of the recoverer, once it runs.
  std::array<std::uint32_t, kSlots> incarnations_{kIncarnationMask - 3, kIncarnationMask, 0,
                                                  kIncarnationMask - 1};
  std::uint32_t seed_;
  std::array<std::thread, kSlots> workers_;
  std::thread recoverer_;
};

struct ChunkQueueThreads : test::ProcessTest {};

TEST_F(ChunkQueueThreads, CommitEveryChunkOnceWhoeverDies) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  const auto storm = std::make_unique<Storm>(seed);
  const int jobs = test::rounds(20'000);
  auto epoch = static_cast<std::uint32_t>(0) - static_cast<std::uint32_t>(jobs / 20);  // Wraps on the way.
  // On a busy machine every death waits for its recoverer to get a CPU: then a tenth must do.
  const auto enough = std::chrono::steady_clock::now() + std::chrono::seconds(15);
  int job = 0;
  for (; job < jobs && !HasFailure(); ++job) {
    if (job >= jobs / 10 && std::chrono::steady_clock::now() > enough) break;
    epoch += epoch + 1 == kNoJob ? 2 : 1;
    storm->run_job(epoch);
  }
  EXPECT_EQ(storm->violations(), 0U) << "two live holders of one lease";
  EXPECT_GT(storm->deaths(), static_cast<std::uint64_t>(job) / 2) << "the storm was no storm";
}

}  // namespace
}  // namespace shmkit::queue
