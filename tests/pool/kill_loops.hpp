#pragma once

#include <optional>
#include <random>

#include "pool/doom.hpp"
#include "pool/kill_bounds.hpp"
#include "pool/killer.hpp"
#include "pool/named_pool_fixture.hpp"

namespace shmkit::test {

/// For loops of kills in named pools. The oracle is the serial run of the same job, bit for bit.
struct KillLoopTest : NamedPoolTest {
  static constexpr std::uint64_t kChunks = 24;

  void SetUp() override {
#ifndef SHMKIT_FAULT_POINTS
    GTEST_SKIP() << "built without fault points";
#endif
    NamedPoolTest::SetUp();
    doom.emplace(kill_seed());
    random.seed(kill_seed());
    x.emplace(name("x"), Kind::int64, 8000);
    RunOptions options;
    options.arguments = {{"start", "5"}, {"step", "3"}};
    serially("arange", x->array, options);
    expected = bits(serially("sum", x->array));
  }

  void TearDown() override {
    if (!x) return;  // Skipped.
    x.reset();
    doom.reset();
    NamedPoolTest::TearDown();
  }

  static RunOptions stubborn(std::uint64_t chunks = kChunks) { return in_chunks(chunks, 30); }

  void expect_right(const RunReport& report) {
    EXPECT_EQ(bits(report.result), expected);
    EXPECT_TRUE(report.failures.empty());
  }

  /// Slots whose next epochs are the last ones before the epochs begin anew.
  static void near_the_last_epoch() {
    const pool::PoolFile file = pool::open_pool(pool_name());
    for (std::uint32_t client = 0; client < file.memory.clients(); ++client)
      file.memory.client(client).change({}, {~std::uint32_t{0} - 5, pool::SlotState::vacant});
  }

  /// Below `most`.
  unsigned any(unsigned most) { return static_cast<unsigned>(random() % most); }
  void pause(unsigned most_microseconds) {
    ::usleep(any(kSanitized ? 10 * most_microseconds : most_microseconds));
  }

  /// True if it was one that lived.
  static bool kill_child_of(int parent, int pid) {
    const os::Fd fd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    return fd && parent_of(pid) == parent && process_state(pid) != 'Z' &&
           ::syscall(SYS_pidfd_send_signal, fd.get(), SIGKILL, nullptr, 0) == 0;
  }

  std::optional<Doom> doom;
  std::minstd_rand random;
  std::optional<TestArray> x;
  std::string expected;
};

}  // namespace shmkit::test
