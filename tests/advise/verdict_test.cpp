#include "advise/verdict.hpp"

#include <gtest/gtest.h>

#include "advise/made_up.hpp"
#include "advise/model.hpp"

namespace shmkit::advise_model {
namespace {

using test::made_up_machine;
using test::made_up_work;

/// What is said of a job on a made-up machine, from predictions alone.
Advice advice_on(const Costs& costs, const Work& work, std::uint64_t size, unsigned workers) {
  Advice advice;
  advice.size = size;
  advice.serial.predicted = seconds_at(work.loop, static_cast<double>(size));
  advice.serial_new = new_loop(costs, work, size);
  const std::uint64_t chunks = recommended_chunks(costs, work, size, workers);
  for (const unsigned count : worker_counts(workers))
    advice.times.push_back(predict(costs, work, size, count, chunks));
  judge(advice, costs, static_cast<double>(size) * work.read_per_element);
  return advice;
}

Advice advice_on(const Costs& costs, double seconds_per_element, std::uint64_t size) {
  return advice_on(costs, made_up_work(seconds_per_element), size, costs.cpus);
}

// Oracle: machines and jobs so made that there is only one right answer.

TEST(Verdict, ASmallSumIsOneLoop) {
  const Advice advice = advice_on(made_up_machine(2), 0.4e-9, 1000);
  EXPECT_EQ(advice.verdict, Verdict::serial);
  EXPECT_EQ(advice.workers, 1U);
}

TEST(Verdict, ALongLoopIsForAllCpus) {
  const Advice advice = advice_on(made_up_machine(64), 1e-6, 100'000'000);
  EXPECT_EQ(advice.verdict, Verdict::parallel);
  EXPECT_EQ(advice.workers, 64U);
  EXPECT_NEAR(advice.gain, 64, 1);
  EXPECT_FALSE(advice.memory_bound);
}

TEST(Verdict, WhatIsShorterThanAStartIsForAPool) {
  // 1 ms in one loop; two workers start in 2 ms on one machine, and in 20 us on the other.
  Costs costs = made_up_machine(2);
  EXPECT_EQ(advice_on(costs, 1e-6, 1000).verdict, Verdict::pool);
  EXPECT_EQ(advice_on(costs, 1e-6, 1000).workers, 2U);
  costs.start = {10e-6, 10e-6};
  EXPECT_EQ(advice_on(costs, 1e-6, 1000).verdict, Verdict::parallel);
}

TEST(Verdict, OneCpuIsKeptBusyByOneLoop) {
  EXPECT_EQ(advice_on(made_up_machine(1), 1e-6, 100'000'000).verdict, Verdict::one_cpu);
  EXPECT_EQ(advice_on(made_up_machine(1), made_up_work(1e-6), 100'000'000, 4).verdict, Verdict::one_cpu);
}

TEST(Verdict, OneWorkerIsNotRecommendedHoweverFastItWas) {
  Advice advice = advice_on(made_up_machine(1), 1e-6, 1000);
  advice.times.front().pooled.measured = *advice.serial.predicted / 2;
  judge(advice, made_up_machine(1), 8000);
  EXPECT_GE(advice.gain, 1.9);
  EXPECT_EQ(advice.verdict, Verdict::one_cpu);
}

TEST(Verdict, SleepersNeedNoCpuOfTheirOwn) {
  Work work = made_up_work(0.1);
  work.lanes = {{10, 8}};
  const Advice advice = advice_on(made_up_machine(1), work, 800, 8);
  EXPECT_EQ(advice.verdict, Verdict::parallel);
  EXPECT_EQ(advice.workers, 8U);
}

TEST(Verdict, OneItemCannotBeShared) {
  EXPECT_EQ(advice_on(made_up_machine(64), 10, 1).verdict, Verdict::one_item);
}

TEST(Verdict, MemoryBoundWorkTakesNoMoreWorkersThanMemoryFeeds) {
  Work work = made_up_work(0.8e-9);  // 10 GB/s.
  work.lanes = {{1e6, 2.2}};
  Costs costs = made_up_machine(64);
  costs.touch_rate = 1e15;  // Many workers would map pages faster.
  const Advice advice = advice_on(costs, work, 1'000'000'000, 64);
  EXPECT_EQ(advice.verdict, Verdict::parallel);
  EXPECT_TRUE(advice.memory_bound);
  EXPECT_EQ(advice.workers, 4U);
  EXPECT_NEAR(advice.gain, 2.2, 0.1);
  // What is in the cache is not bound by memory.
  EXPECT_FALSE(advice_on(made_up_machine(2), work, 100'000, 2).memory_bound);
}

TEST(Verdict, WhatWasMeasuredBeatsWhatWasPredicted) {
  const Costs costs = made_up_machine(2);
  Advice advice = advice_on(costs, 1e-6, 1'000'000);
  ASSERT_EQ(advice.verdict, Verdict::parallel);
  advice.serial.measured = 1;
  for (WorkerTimes& times : advice.times) times.pooled.measured = times.ephemeral.measured = 1.5;
  judge(advice, costs, 8e6);
  EXPECT_EQ(advice.verdict, Verdict::serial);
  // But not on a machine that is so busy that it tells nothing about the job.
  advice.busy = 0.5;
  judge(advice, costs, 8e6);
  EXPECT_EQ(advice.verdict, Verdict::parallel);
}

}  // namespace
}  // namespace shmkit::advise_model
