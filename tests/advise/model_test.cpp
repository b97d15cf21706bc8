#include "advise/model.hpp"

#include <gtest/gtest.h>

#include "advise/made_up.hpp"

namespace shmkit::advise_model {
namespace {

using test::made_up_machine;
using test::made_up_work;

// Oracle for all of these: the formulas of docs/advise.md, worked out by hand for round numbers.

TEST(AdviseModel, ALoopGrowsInProportionOutsideOfWhatWasMeasured) {
  const std::vector<Point> curve{{10, 1}, {20, 4}};
  EXPECT_DOUBLE_EQ(seconds_at(curve, 5), 0.5);
  EXPECT_DOUBLE_EQ(seconds_at(curve, 10), 1);
  EXPECT_DOUBLE_EQ(seconds_at(curve, 15), 2.5);
  EXPECT_DOUBLE_EQ(seconds_at(curve, 20), 4);
  EXPECT_DOUBLE_EQ(seconds_at(curve, 200), 40);
}

TEST(AdviseModel, WorkersShareTheLoopAndThePages) {
  // 1e6 elements of 1 us: a loop of 1 s; 8 MB of pages: 0.8 ms; 100 chunks: 10 us.
  const WorkerTimes times = predict(made_up_machine(4), made_up_work(1e-6), 1'000'000, 4, 100);
  EXPECT_EQ(times.workers, 4U);
  EXPECT_NEAR(times.pooled.predicted.value(), 0.25 + 10e-6 + 100 * 100e-9 / 4, 1e-12);
  EXPECT_NEAR(times.ephemeral.predicted.value(), 4e-3 + 0.8e-3 / 4 + times.pooled.predicted.value(), 1e-12);
  EXPECT_FALSE(times.pooled.measured);
}

TEST(AdviseModel, ChunksThatDoNotDivideEvenlyLeaveWorkersWaiting) {
  const Costs costs = made_up_machine(2);
  const Work work = made_up_work(1e-6);
  EXPECT_NEAR(predict(costs, work, 900'000, 2, 3).pooled.predicted.value(), 0.6, 1e-4);
  EXPECT_NEAR(predict(costs, work, 900'000, 2, 1).pooled.predicted.value(), 0.9, 1e-4);
}

TEST(AdviseModel, MoreWorkersThanCpusAreNoFaster) {
  const Costs costs = made_up_machine(2);
  const Work work = made_up_work(1e-6);
  const double two = predict(costs, work, 1'000'000, 2, 1000).pooled.predicted.value();
  EXPECT_NEAR(predict(costs, work, 1'000'000, 64, 1000).pooled.predicted.value(), two, 1e-4);
}

TEST(AdviseModel, WhatWasMeasuredToBeSharedIsShared) {
  Work work = made_up_work(1e-9);
  work.lanes = {{1e6, 8}, {1e8, 1.5}};
  const Costs costs = made_up_machine(8);
  EXPECT_DOUBLE_EQ(lanes_at(work, costs, 1, 8), 8);
  EXPECT_DOUBLE_EQ(lanes_at(work, costs, 1e9, 8), 1.5);
  EXPECT_DOUBLE_EQ(lanes_at(work, costs, 1e6, 2), 2);
  EXPECT_NEAR(predict(costs, work, 1'000'000'000, 8, 1024).pooled.predicted.value(), 1 / 1.5, 1e-3);
  // Workers that sleep need no CPU: more of them were measured to do more.
  work.lanes = {{1e6, 16}};
  EXPECT_DOUBLE_EQ(lanes_at(work, made_up_machine(1), 1e6, 16), 16);
}

TEST(AdviseModel, CopyingTakesTheBytesThroughThePipesOnce) {
  // 1e6 elements: 8 MB in 8 ms, and a loop of 1 ms.
  const Work work = made_up_work(1e-9);
  EXPECT_NEAR(predict(made_up_machine(2), work, 1'000'000, 1, 10).copied.predicted.value(), 1e-3 + 9e-3,
              1e-9);
  EXPECT_NEAR(predict(made_up_machine(4), work, 1'000'000, 4, 10).copied.predicted.value(), 1e-3 + 8e-3,
              1e-9);
  Work map = work;
  map.copyable = false;
  EXPECT_FALSE(predict(made_up_machine(4), map, 1'000'000, 4, 10).copied.predicted);
}

TEST(AdviseModel, CountsOfWorkersArePowersOfTwoAndTheMost) {
  EXPECT_EQ(worker_counts(1), (std::vector<unsigned>{1}));
  EXPECT_EQ(worker_counts(2), (std::vector<unsigned>{1, 2}));
  EXPECT_EQ(worker_counts(6), (std::vector<unsigned>{1, 2, 4, 6}));
  EXPECT_EQ(worker_counts(64), (std::vector<unsigned>{1, 2, 4, 8, 16, 32, 64}));
}

TEST(AdviseModel, TheDefaultChunksAreRecommendedUnlessAnotherNumberIsMuchBetter) {
  const Costs costs = made_up_machine(2);
  // Enough chunks by default.
  EXPECT_EQ(recommended_chunks(costs, made_up_work(1e-9), 100'000'000, 2), 1024U);
  // One chunk by default, but each element is worth being handed out.
  const std::uint64_t heavy = recommended_chunks(costs, made_up_work(1e-3), 1000, 2);
  EXPECT_GE(heavy, 8U);
  EXPECT_LE(heavy, 1000U);
  // Nothing is gained with any number of them.
  EXPECT_EQ(recommended_chunks(costs, made_up_work(1e-9), 1000, 2), 1U);
}

TEST(AdviseModel, TheBreakEvenSizeIsWhereTheTwoLinesCross) {
  const Costs costs = made_up_machine(2);
  const Work work = made_up_work(1e-6);
  // Two chunks: n us = n / 2 us + 10 us + 0.1 us, so n = 20.2; a step of the search is a twentieth.
  const auto pooled = break_even(costs, work, {1, 2}, 2, Start::warm);
  ASSERT_TRUE(pooled);
  EXPECT_GE(*pooled, 20);
  EXPECT_LE(*pooled, 23);
  // And with 2 ms to start them: n = 4020.2, less what two workers save when they map pages.
  const auto ephemeral = break_even(costs, work, {1, 2}, 2, Start::cold);
  ASSERT_TRUE(ephemeral);
  EXPECT_GE(*ephemeral, 3800);
  EXPECT_LE(*ephemeral, 4300);
}

TEST(AdviseModel, WhatNeverPaysHasNoBreakEvenSize) {
  const Work work = made_up_work(1e-6);
  EXPECT_FALSE(break_even(made_up_machine(1), work, {1}, 0, Start::warm));
  EXPECT_FALSE(break_even(made_up_machine(1), work, {1, 2}, 0, Start::warm));
  Work shared = work;
  shared.lanes = {{1e6, 1}};
  EXPECT_FALSE(break_even(made_up_machine(8), shared, {1, 2, 4, 8}, 0, Start::warm));
}

}  // namespace
}  // namespace shmkit::advise_model
