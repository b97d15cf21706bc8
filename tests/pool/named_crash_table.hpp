#pragma once

#include <limits>
#include <optional>

#include "pool/named_pool_fixture.hpp"
#include "queue/plot.hpp"

namespace shmkit::test {

inline constexpr int kAlways = std::numeric_limits<int>::max();

/// The rows of the crash table of docs/chunk_queue.md that only a named pool has: its processes die by
/// SIGKILL at the step. The oracles are what the row says, and the serial run of the same job: the next job,
/// in this pool or in a new one of its name, has that result.
struct NamedCrashTable : NamedPoolTest {
  static constexpr std::uint64_t kChunks = 64;

  void SetUp() override {
#ifndef SHMKIT_FAULT_POINTS
    GTEST_SKIP() << "built without fault points";
#endif
    plot.emplace();
    NamedPoolTest::SetUp();
    x.emplace(name("x"), Kind::float64, 16 * 1024);
    serially("random", x->array);
    expected = bits(serially("sum", x->array, in_chunks(kChunks)));
  }

  void TearDown() override {
    if (!x) return;  // Skipped.
    pool.reset();
    x.reset();
    NamedPoolTest::TearDown();
    plot.reset();
  }

  /// Starts the pool, or another one in its place.
  void start(unsigned workers = 2) {
    pool.emplace(pool_name(), workers);
    ASSERT_EQ(pool->ready(), Errc{});
  }

  RunReport run_job(unsigned retries = 2) {
    RunOptions options = in_chunks(kChunks, retries);
    options.trace = traced;
    return PoolClient::connect(pool_name()).run("sum", x->array, options);
  }

  void expect_right_job() { EXPECT_EQ(bits(run_job().result), expected); }

  std::optional<Plot> plot;
  std::optional<TestPool> pool;
  std::optional<TestArray> x;
  std::string expected;
  bool traced = false;
};

}  // namespace shmkit::test
