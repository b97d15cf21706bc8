#include <array>
#include <atomic>
#include <cstring>
#include <memory>
#include <random>
#include <thread>

#include <gtest/gtest.h>

#include "executor/table_memory.hpp"
#include "pool/fixture.hpp"

namespace shmkit::executor {
namespace {

constexpr std::uint32_t kWorkers = 4;
constexpr std::uint32_t kUsed = 70;  // Slots: more than a word of the board has bits.

// Workers as threads, which abandon what they do at random steps, as a killed process would. Input and output
// of a task are plain memory that only the protocol protects: ThreadSanitizer is one oracle, the output
// another. The counters that all threads may touch are relaxed, so that they do not order what the table must
// order.
class Storm {
 public:
  explicit Storm(std::uint32_t seed) : seed_(seed), random_(seed) {
    for (std::uint32_t task = 0; task < kUsed; ++task) {
      const std::uint32_t epoch = ~std::uint32_t{0} - task;  // Wraps on the way.
      table_.slot(task).word.store(pack(queue::Lease{queue::State::committed, 0, {}, epoch}));
    }
    for (std::uint32_t slot = 0; slot < kWorkers; ++slot) start(slot);
    recoverer_ = std::thread([this] { recover_the_stopped(); });
  }
  ~Storm() {
    over_.store(true, std::memory_order_relaxed);
    recoverer_.join();
    for (auto& worker : workers_) worker.join();
  }
  Storm(const Storm&) = delete;
  Storm& operator=(const Storm&) = delete;

  /// What a client does: fills slots, cancels some, collects.
  void run_round(std::uint64_t round) {
    for (std::uint32_t task = 0; task < kUsed; ++task) post(task, round * kUsed + task);
    for (std::uint32_t task = 0; task < kUsed; ++task) {
      const bool cancelled = random_() % 16 == 0 && table_.try_cancel(task);
      collect(task, round * kUsed + task, cancelled);
    }
  }

  std::uint64_t deaths() const { return deaths_.load(std::memory_order_relaxed); }
  std::uint64_t violations() const { return violations_.load(std::memory_order_relaxed); }

 private:
  static std::uint64_t answer_to(std::uint64_t question) { return question * question + 1; }
  static void noop(const std::byte* /*in*/, std::byte* /*out*/, std::uint32_t /*count*/) {}

  void post(std::uint32_t task, std::uint64_t question) {
    TaskSlot& slot = table_.slot(task);
    slot.invoke = &noop;
    slot.count = static_cast<std::uint32_t>(question);
    std::memcpy(slot.in.data(), &question, sizeof question);
    table_.post(task);
  }

  void collect(std::uint32_t task, std::uint64_t question, bool cancelled) {
    queue::Lease lease = table_.was(task);
    for (; !queue::terminal(lease.state); lease = table_.was(task)) std::this_thread::yield();
    if (cancelled) {
      EXPECT_EQ(lease.state, queue::State::closed);
      EXPECT_EQ(lease.attempt, 0U);
      return;
    }
    EXPECT_EQ(lease.state, queue::State::committed);
    std::array<std::uint64_t, 2> answer{};
    std::memcpy(answer.data(), table_.slot(task).out.data(), sizeof answer);
    EXPECT_EQ(answer[0], answer_to(question));
    EXPECT_EQ(answer[1], ~answer_to(question));
    EXPECT_EQ(table_.slot(task).outcome, Outcome::returned);
  }

  void start(std::uint32_t slot) {
    incarnations_[slot] = (incarnations_[slot] + 1) & queue::kIncarnationMask;
    stopped_[slot].store(false, std::memory_order_relaxed);
    const queue::Owner me{slot, incarnations_[slot]};
    workers_[slot] = std::thread([this, me, seed = ++seed_] { live(me, seed); });
  }

  void recover_the_stopped() {
    while (!over_.load(std::memory_order_relaxed)) {
      for (std::uint32_t slot = 0; slot < kWorkers; ++slot) {
        if (!stopped_[slot].load(std::memory_order_acquire)) continue;  // The proof of death.
        workers_[slot].join();
        deaths_.fetch_add(1, std::memory_order_relaxed);
        table_.recover({slot, incarnations_[slot]}, queue::kMaxAttempt - 1, {});
        start(slot);
      }
      std::this_thread::yield();
    }
  }

  void live(queue::Owner me, std::uint32_t seed) {
    std::minstd_rand random(seed);
    while (!over_.load(std::memory_order_relaxed)) {
      const auto task = table_.try_claim(me);
      if (!task) {
        std::this_thread::yield();
      } else if (!execute(*task, me, random)) {
        stopped_[me.slot].store(true, std::memory_order_release);
        return;
      }
    }
  }

  // False: died.
  bool execute(std::uint32_t task, queue::Owner me, std::minstd_rand& random) {
    const auto death = random() % 100;  // 0 to 4: at that step.
    // As one who has cleared bits and not yet looked at the words: it does not live to look at them.
    if (death == 0) memory_.memory.board().posted[random() % 2].store(0, std::memory_order_relaxed);
    if (holders_[task].fetch_add(1, std::memory_order_relaxed) != 0)
      violations_.fetch_add(1, std::memory_order_relaxed);
    TaskSlot& slot = table_.slot(task);
    std::uint64_t question = 0;
    std::memcpy(&question, slot.in.data(), sizeof question);
    if (slot.count != static_cast<std::uint32_t>(question))
      violations_.fetch_add(1, std::memory_order_relaxed);
    const std::array<std::uint64_t, 2> answer{answer_to(question), ~answer_to(question)};
    if (death > 1) std::memcpy(slot.out.data(), answer.data(), death == 2 ? 8 : 16);
    slot.outcome = Outcome::returned;
    holders_[task].fetch_sub(1, std::memory_order_relaxed);
    if (death < 4) return false;
    table_.commit(task, me);
    return death != 4;
  }

  test::TableMemory memory_{kWorkers};
  TaskTable table_{memory_.memory};
  std::array<std::atomic<int>, kUsed> holders_{};
  std::atomic<bool> over_{false};
  std::atomic<std::uint64_t> deaths_{0};
  std::atomic<std::uint64_t> violations_{0};
  std::array<std::atomic<bool>, kWorkers> stopped_{};
  // Those of the recoverer, once it runs.
  std::array<std::uint32_t, kWorkers> incarnations_{queue::kIncarnationMask - 3, queue::kIncarnationMask, 0,
                                                    5};
  std::uint32_t seed_;
  std::minstd_rand random_;
  std::array<std::thread, kWorkers> workers_;
  std::thread recoverer_;
};

struct TaskTableThreads : test::ProcessTest {};

TEST_F(TaskTableThreads, EndEveryTaskOnceWhoeverDies) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  const auto storm = std::make_unique<Storm>(seed);
  const int rounds = test::rounds(600);
  for (int round = 0; round < rounds && !HasFailure(); ++round)
    storm->run_round(static_cast<std::uint64_t>(round));
  EXPECT_EQ(storm->violations(), 0U) << "two live holders of one task, or one that saw another record";
  EXPECT_GT(storm->deaths(), static_cast<std::uint64_t>(rounds)) << "the storm was no storm";
}

}  // namespace
}  // namespace shmkit::executor
