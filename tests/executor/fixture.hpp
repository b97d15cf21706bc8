#pragma once

#include <sys/prctl.h>
#include <sys/wait.h>

#include <functional>
#include <numeric>
#include <vector>

#include <shmkit/executor.hpp>
#include <shmkit/shared_buffer.hpp>

#include "helpers/child.hpp"
#include "pool/killer.hpp"
#include "queue/plot.hpp"

namespace shmkit::test {

using queue::FaultPoint;

/// For tests in which a supervisor or a client dies: what they leave becomes a child of the test, which waits
/// until all have ended by themselves.
struct OrphanTest : ProcessTest {
  void SetUp() override {
    ProcessTest::SetUp();
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  }
  void TearDown() override {
    reap_orphans();
    ::prctl(PR_SET_CHILD_SUBREAPER, 0);
    ProcessTest::TearDown();
  }

  static void reap_orphans() {
    while (::waitpid(-1, nullptr, 0) > 0) continue;
  }
};

inline int supervisor_of(const ProcessExecutor& pool) { return parent_of(pool.worker_pids().at(0)); }

inline std::vector<int> numbers(int size) {
  std::vector<int> values(static_cast<std::size_t>(size));
  std::iota(values.begin(), values.end(), 0);
  return values;
}

/// The squares of 0 to size - 1: what map() of square() must give.
inline std::vector<long> squares(int size) {
  std::vector<long> values;
  for (long i = 0; i < size; ++i) values.push_back(i * i);
  return values;
}

inline constexpr auto kSquare = [](int i) { return static_cast<long>(i) * i; };

}  // namespace shmkit::test
