#include "pool/layout.hpp"

#include <algorithm>
#include <memory>
#include <thread>

#include <gtest/gtest.h>

#include "pool/fixture.hpp"

namespace shmkit::pool {
namespace {

// Every field follows from the epoch, so that a reader recognises a description made of two jobs.
JobDescription of_epoch(std::uint32_t epoch) {
  JobDescription job;
  job.kernel = epoch;
  job.size = epoch * std::uint64_t{1000};
  job.params.set(std::uint64_t{epoch});
  job.chunks = epoch + 7;
  job.array.length = epoch;
  job.array.name.fill(static_cast<char>(epoch));
  return job;
}

bool is_of_epoch(const JobDescription& job, std::uint32_t epoch) {
  return job.kernel == epoch && job.size == epoch * std::uint64_t{1000} &&
         job.params.get<std::uint64_t>() == epoch && job.chunks == epoch + 7 && job.array.length == epoch &&
         std::ranges::all_of(job.array.name, [&](char c) { return c == static_cast<char>(epoch); });
}

TEST(JobBoard, ShowsADescriptionAsAWholeOrNotAtAll) {
  const auto board = std::make_unique<JobBoard>();
  std::atomic<bool> over{false};
  std::atomic<int> torn{0};
  std::atomic<int> reads{0};
  std::vector<std::jthread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      JobDescription job;
      while (!over.load(std::memory_order_relaxed)) {
        const std::uint32_t epoch = board->read(job);
        if (epoch == 0) continue;
        reads.fetch_add(1, std::memory_order_relaxed);
        if (!is_of_epoch(job, epoch)) torn.fetch_add(1, std::memory_order_relaxed);
      }
    });
  }
  std::uint32_t epoch = 0;
  while (reads.load(std::memory_order_relaxed) < test::rounds(20'000)) {
    board->withdraw();
    board->write(of_epoch(++epoch));
    board->publish(epoch);
    if (epoch % 4 == 0) std::this_thread::yield();
  }
  over = true;
  readers.clear();
  EXPECT_EQ(torn, 0);
}

TEST(JobBoard, ShowsNoJobBeforeTheFirstAndAfterAWithdrawal) {
  const auto board = std::make_unique<JobBoard>();
  JobDescription job;
  EXPECT_EQ(board->read(job), 0U);
  board->write(of_epoch(3));
  EXPECT_EQ(board->read(job), 0U);
  board->publish(3);
  EXPECT_EQ(board->read(job), 3U);
  EXPECT_TRUE(is_of_epoch(job, 3));
  board->withdraw();
  EXPECT_EQ(board->read(job), 0U);
}

}  // namespace
}  // namespace shmkit::pool
