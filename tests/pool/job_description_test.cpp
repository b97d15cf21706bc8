#include "pool/job_description.hpp"

#include <algorithm>
#include <memory>
#include <random>
#include <thread>

#include <gtest/gtest.h>

#include "helpers/plan_over.hpp"
#include "pool/fixture.hpp"
#include "pool/layout.hpp"

namespace shmkit::pool {
namespace {

// Every field follows from the epoch, so that a reader recognises a description made of two jobs.
JobDescription of_epoch(std::uint32_t epoch) {
  JobDescription job;
  job.kernel = epoch;
  job.size = epoch * std::uint64_t{1000};
  job.params.set(std::uint64_t{epoch});
  job.chunks = epoch + 7;
  job.serial = epoch + 9;
  job.chunk_timeout_ms = epoch + 11;
  return job;
}

bool is_of_epoch(const JobDescription& job, std::uint32_t epoch) {
  return job.kernel == epoch && job.size == epoch * std::uint64_t{1000} &&
         job.params.get<std::uint64_t>() == epoch && job.chunks == epoch + 7 && job.serial == epoch + 9 &&
         job.chunk_timeout_ms == epoch + 11;
}

// As Submission::publish() and ServedJob::look() do it: slot, description, slot.
TEST(SharedDescription, IsWholeBetweenTwoEqualSlotWords) {
  const auto slot = std::make_unique<ClientSlot>();
  std::atomic<bool> over{false};
  std::atomic<int> torn{0};
  std::atomic<int> reads{0};
  std::vector<std::jthread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      while (!over.load(std::memory_order_relaxed)) {
        const SlotWord before = slot->state();
        if (before.state != SlotState::running) continue;
        const JobDescription job = slot->description.read();
        if (slot->state() != before) continue;
        reads.fetch_add(1, std::memory_order_relaxed);
        if (!is_of_epoch(job, before.epoch)) torn.fetch_add(1, std::memory_order_relaxed);
      }
    });
  }
  std::uint32_t epoch = 0;
  while (reads.load(std::memory_order_relaxed) < test::rounds(20'000)) {
    slot->change({epoch, SlotState::running}, {epoch, SlotState::idle});
    slot->description.write(of_epoch(epoch + 1));
    slot->change({epoch, epoch == 0 ? SlotState::vacant : SlotState::idle}, {epoch + 1, SlotState::running});
    if (++epoch % 4 == 0) std::this_thread::yield();
  }
  over = true;
  readers.clear();
  EXPECT_EQ(torn, 0);
}

struct CheckedPlan : ::testing::Test {
  CheckedPlan() {
    RunOptions options;
    options.chunks = 10;
    plan = test::plan_over("sum", Kind::float64, 1000, options);
    good = describe(plan, {}, 1, {});
    bytes = JobMemory::bytes(plan);
  }
  job::Plan plan;
  JobDescription good;
  std::uint64_t bytes = 0;
};

TEST_F(CheckedPlan, IsThePlanThatWasDescribed) {
  const job::Plan copy = checked_plan(good, nullptr, {}, bytes);
  EXPECT_EQ(copy.kernel, plan.kernel);
  EXPECT_EQ(copy.partition.chunks(), plan.partition.chunks());
  EXPECT_EQ(copy.partition.size(), plan.partition.size());
  EXPECT_EQ(copy.stride, plan.stride);
  EXPECT_EQ(copy.retries, plan.retries);
  EXPECT_EQ(checked_plan(describe(job::exact_plan(plan), {}, 1, {}), nullptr, {}, bytes + 1'000'000).kernel,
            plan.kernel->exact);
}

TEST_F(CheckedPlan, RefusesWhatMakesNoSense) {
  const auto refused = [&](auto damage) {
    JobDescription job = good;
    damage(job);
    return test::outcome_of([&] { checked_plan(job, nullptr, {}, bytes); }) == Errc::not_an_array;
  };
  EXPECT_TRUE(refused([](auto& job) { job.kernel = 10'000; }));
  EXPECT_TRUE(refused([](auto& job) { job.exact = 2; }));
  EXPECT_TRUE(refused([](auto& job) { job.kinds = 99; }));
  EXPECT_TRUE(refused([](auto& job) { job.kinds = static_cast<std::uint32_t>(Kind::unicode); }));
  EXPECT_TRUE(refused([](auto& job) { job.chunks = 0; }));
  EXPECT_TRUE(refused([](auto& job) { job.chunks = 1001; }));
  EXPECT_TRUE(refused([](auto& job) { job.chunks = 11; })) << "the memory has room for 10";
  EXPECT_TRUE(refused([](auto& job) { job.size = job.chunks = ~std::uint64_t{0}; }));
  EXPECT_TRUE(refused([](auto& job) { job.retries = 31; }));
  EXPECT_TRUE(refused([](auto& job) { job.kinds |= 3U << 24U; })) << "a sum along no axis has no output";
  EXPECT_TRUE(refused([](auto& job) { job.kinds |= 4U << 24U; }));
  EXPECT_TRUE(refused([](auto& job) { job.kinds |= 3U << 24U; })) << "a sum along no axis has no output";
  EXPECT_TRUE(refused([](auto& job) { job.kinds |= 4U << 24U; }));
}

}  // namespace
}  // namespace shmkit::pool
