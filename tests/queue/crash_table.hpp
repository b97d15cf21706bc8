#pragma once

#include <optional>
#include <string>

#include "queue/plot.hpp"

namespace shmkit::test {

inline constexpr std::uint64_t kChunks = 64;

/// The rows of the crash table of docs/chunk_queue.md, with real processes that die by SIGKILL at the step.
/// The oracle is the serial run of the same job.
struct CrashTable : ProcessTest {
  void SetUp() override {
#ifndef SHMKIT_FAULT_POINTS
    GTEST_SKIP() << "built without fault points";
#endif
    plot.emplace();
    ProcessTest::SetUp();
    x.emplace(name("x"), Kind::float64, 16 * 1024);
    serially("random", x->array);
    expected = bits(serially("sum", x->array, in_chunks(kChunks)));
  }

  void TearDown() override {
    if (!x) return;  // Skipped.
    x.reset();
    ProcessTest::TearDown();
    plot.reset();
  }

  // Runs a job in which something dies, and another one after it.
  RunReport survive(WorkerPool& pool, unsigned retries = 2) {
    const RunReport report = pool.run("sum", x->array, in_chunks(kChunks, retries));
    EXPECT_EQ(bits(report.result), expected);
    EXPECT_EQ(bits(pool.run("sum", x->array, in_chunks(kChunks)).result), expected);
    return report;
  }

  std::optional<Plot> plot;
  std::optional<TestArray> x;
  std::string expected;
};

}  // namespace shmkit::test
