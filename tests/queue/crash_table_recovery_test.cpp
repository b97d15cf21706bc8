#include "queue/crash_table.hpp"

#include <sys/prctl.h>
#include <sys/wait.h>

#include "os/futex.hpp"
#include "queue/chunk_queue.hpp"

// Rows R: who recovers dies.
namespace shmkit {
namespace {

using namespace std::chrono_literals;
using queue::FaultPoint;

// In a pool the client recovers, and nobody survives it. The words themselves survive a recoverer that
// dies: here it is a process of its own, which is told about a proven death.
struct DeadRecoverer : test::CrashTable {
  static constexpr std::uint64_t kWords = 20;
  static constexpr std::uint32_t kEpoch = 3;
  static constexpr queue::Owner kDead{0, 1};
  static constexpr queue::Owner kHeir{1, 1};

  struct Memory {
    queue::Hints hints{};
    std::atomic<std::uint32_t> doorbell{0};
    std::array<queue::Word, kWords> words{};
    std::array<std::uint64_t, 2 * kWords> partials{};
  };

  queue::ChunkQueue queue() { return {memory->hints, memory->words}; }

  static int in_a_process(const std::function<void()>& body) {
    const int pid = ::fork();
    if (pid != 0) return pid;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    body();
    ::_exit(0);
  }

  static void expect_killed(int pid) {
    int status = 0;
    ASSERT_EQ(::waitpid(pid, &status, 0), pid);
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
  }

  void execute(std::uint64_t chunk) {
    memory->partials[2 * chunk] = chunk;
    memory->partials[2 * chunk + 1] = ~chunk;
  }

  // A worker's loop, until all is done.
  void work() {
    while (!queue().done(kEpoch)) {
      const std::uint32_t heard = memory->doorbell;
      queue::Cursor cursor;
      while (const auto chunk = queue().try_claim(kHeir, kEpoch, cursor)) {
        execute(*chunk);
        queue().commit(*chunk, kHeir, kEpoch);
      }
      os::futex_wait(memory->doorbell, heard, 50ms);
    }
  }

  // The first chunk is leased and half written by a worker that is dead, proven by waitpid.
  void leave_a_lease() {
    queue().fill(kEpoch);
    expect_killed(in_a_process([&] {
      queue::Cursor cursor;
      memory->partials[2 * queue().try_claim(kDead, kEpoch, cursor).value()] = 12345;
      ::kill(::getpid(), SIGKILL);
    }));
    EXPECT_EQ(queue().was(0).owner, kDead);
    EXPECT_EQ(memory->partials[0], 12345U);
  }

  void expect_all_executed() {
    EXPECT_TRUE(queue().done(kEpoch));
    for (std::uint64_t chunk = 0; chunk < kWords; ++chunk) {
      EXPECT_EQ(queue().was(chunk).state, queue::State::committed);
      EXPECT_EQ(memory->partials[2 * chunk], chunk);
      EXPECT_EQ(memory->partials[2 * chunk + 1], ~chunk);
    }
  }

  void die_while_recovering() {
    expect_killed(in_a_process([&] { queue().recover(kDead, kEpoch, 2, {queue::Ending::signal, SIGKILL}); }));
    EXPECT_EQ(queue().was(0).attempt, 1U);
  }

  test::SharedPage<Memory> memory;
};

TEST_F(DeadRecoverer, R1DiesBeforeTheHintIsSet) {
  leave_a_lease();
  plot->kill_at(FaultPoint::word_freed);
  die_while_recovering();
  EXPECT_EQ(memory->hints.freed, 0U);
  EXPECT_EQ(queue().was(0).state, queue::State::free);
  const int heir = in_a_process([&] { work(); });
  EXPECT_EQ(::waitpid(heir, nullptr, 0), heir);
  expect_all_executed();
}

// The heir has done everything else and sleeps when the chunk is freed without a sound.
TEST_F(DeadRecoverer, R2DiesBeforeTheDoorbellIsRung) {
  leave_a_lease();
  const int heir = in_a_process([&] { work(); });
  ASSERT_TRUE(test::wait_until([&] { return plot->reached(FaultPoint::committed) == kWords - 1; }));
  ASSERT_TRUE(test::wait_until([&] { return test::process_state(heir) == 'S'; }));
  plot->kill_at(FaultPoint::hint_set);
  die_while_recovering();
  EXPECT_EQ(::waitpid(heir, nullptr, 0), heir);
  expect_all_executed();
}

}  // namespace
}  // namespace shmkit
