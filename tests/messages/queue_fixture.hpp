#pragma once

#include <sys/stat.h>

#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include <shmkit/message_queue.hpp>

#include "messages/fault_point.hpp"
#include "messages/segment.hpp"
#include "pool/fixture.hpp"

namespace shmkit::test {

/// For tests with one named queue, which is removed in the end.
struct QueueTest : ProcessTest {
  static Name queue_name() { return Name::parse(name("queue")); }
  static std::string queue_file() { return messages::queue_path(queue_name()); }

  void TearDown() override {
    messages::fault_hook = nullptr;
    std::error_code ignored;
    std::filesystem::remove(queue_file(), ignored);
    ProcessTest::TearDown();
  }
};

}  // namespace shmkit::test
