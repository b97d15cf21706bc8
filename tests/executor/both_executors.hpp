#pragma once

#include <gtest/gtest.h>

#include <string>
#include <type_traits>

#include <shmkit/executor.hpp>

#include "executor/fixture.hpp"

// What executors of processes and of threads both promise (shmkit/executor.hpp) is tested in the same words.
namespace shmkit::test {

template <class Pool>
struct ExecutorTest : ProcessTest {};

using Executors = ::testing::Types<ProcessExecutor, ThreadExecutor>;

struct ExecutorNames {
  template <class Pool>
  static std::string GetName(int /*index*/) {
    return std::is_same_v<Pool, ProcessExecutor> ? "Processes" : "Threads";
  }
};

inline int twice(int x) { return 2 * x; }

}  // namespace shmkit::test
