#include <dlfcn.h>
#include <sys/resource.h>

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <set>

#include "executor/fixture.hpp"

namespace shmkit {
namespace {

using namespace std::chrono_literals;

// What only processes can do, or suffer. The oracle is what the test itself did to them.
struct ProcessExecutorTest : test::ProcessTest {
  static WorkerDied death_of(const Future<void>& future) {
    try {
      future.get();
    } catch (const WorkerDied& e) {
      return e;
    }
    ADD_FAILURE() << "it did not die";
    return {0, 0, 0};
  }
};

TEST_F(ProcessExecutorTest, RunsTasksInProcessesOfItsOwn) {
  ProcessExecutor pool(3);
  const auto pids = pool.worker_pids();
  EXPECT_EQ(std::set<int>(pids.begin(), pids.end()).size(), 3U);
  const int pid = pool.submit([] { return static_cast<int>(::getpid()); }).get();
  EXPECT_EQ(std::ranges::count(pids, pid), 1);
  EXPECT_EQ(test::parent_of(test::supervisor_of(pool)), ::getpid());
}

TEST_F(ProcessExecutorTest, KeepsVariablesOfTheProgramApart) {
  static int variable = 0;
  variable = 1;
  ProcessExecutor pool(1);
  variable = 2;
  EXPECT_EQ(pool.submit([] { return ++variable; }).get(), 2) << "the worker's copy was 1";
  EXPECT_EQ(variable, 2);
}

TEST_F(ProcessExecutorTest, WorksOnArraysThatATaskAttaches) {
  ProcessExecutor pool(2);
  const test::TestArray x(name("late"), Kind::float64, 10);  // Newer than the workers.
  struct Name {
    std::array<char, 100> text;
  } late{};
  std::ranges::copy(name("late"), late.text.begin());
  pool.submit([late] { Array<double>::attach(late.text.data()).flat()[3] = 2.5; }).get();
  EXPECT_EQ(x.array.elements<double>()[3], 2.5);
}

TEST_F(ProcessExecutorTest, NamesTheSignalThatEndsTasks) {
  ProcessExecutor pool(2);
  for (const int signal : {SIGSEGV, SIGKILL, SIGABRT, SIGTERM}) {
    const WorkerDied death = death_of(pool.submit(
        [](int which) {
          ::signal(which, SIG_DFL);  // Sanitizers have handlers.
          static_cast<void>(::raise(which));
        },
        signal));
    EXPECT_EQ(death.signal(), signal);
    EXPECT_EQ(death.attempts(), 3U);
    EXPECT_EQ(death.errc(), Errc::chunks_failed);
    EXPECT_NE(std::string(death.what()).find("killed by signal " + std::to_string(signal)), std::string::npos)
        << death.what();
  }
  EXPECT_EQ(pool.map(test::kSquare, test::numbers(100)), test::squares(100));
}

TEST_F(ProcessExecutorTest, NamesTheExitCodeOfTasksThatLeave) {
  ProcessExecutor pool(1);
  const WorkerDied death = death_of(pool.submit([] { ::_exit(3); }));
  EXPECT_EQ(death.signal(), 0);
  EXPECT_EQ(death.exit_code(), 3);
  EXPECT_EQ(death_of(pool.submit([] { std::exit(4); })).exit_code(), 4) << "and takes nobody with it";
  EXPECT_EQ(pool.map(test::kSquare, test::numbers(10)), test::squares(10));
}

TEST_F(ProcessExecutorTest, TriesATaskAgainAsOftenAsItShall) {
  for (const unsigned retries : {0U, 1U, 30U}) {
    SharedBuffer<int> tried(1);
    ProcessExecutor pool(2, {.retries = retries});
    const auto count = tried.span();
    const WorkerDied death = death_of(pool.submit([count] {
      ++count[0];
      ::raise(SIGKILL);
    }));
    EXPECT_EQ(death.attempts(), retries + 1);
    EXPECT_EQ(tried[0], static_cast<int>(retries) + 1);
  }
}

TEST_F(ProcessExecutorTest, GetsTheResultOfALaterAttempt) {
  SharedBuffer<int> tried(1);
  ProcessExecutor pool(2);
  const auto count = tried.span();
  const auto third_time_lucky = [count](int x) {
    if (++count[0] < 3) ::raise(SIGKILL);
    return x;
  };
  EXPECT_EQ(pool.submit(third_time_lucky, 42).get(), 42);
  EXPECT_EQ(tried[0], 3);
}

TEST_F(ProcessExecutorTest, FailsAMapInWhichAWorkerDies) {
  ProcessExecutor pool(2, {.retries = 0});
  const auto deadly = [](int i) {
    if (i == 500) ::raise(SIGKILL);
    return i;
  };
  EXPECT_THROW(pool.map(deadly, test::numbers(1000)), WorkerDied);
  EXPECT_EQ(pool.map(test::kSquare, test::numbers(1000)), test::squares(1000));
}

// The supervisor needs nobody: the client sleeps, as far as it can tell.
TEST_F(ProcessExecutorTest, ReplacesWorkersWhileTheClientDoesSomethingElse) {
  ProcessExecutor pool(2);
  const auto before = pool.worker_pids();
  for (const int pid : before) ASSERT_EQ(::kill(pid, SIGKILL), 0);
  EXPECT_TRUE(test::wait_until([&] {
    const auto now = pool.worker_pids();
    return now.size() == 2 &&
           std::ranges::none_of(now, [&](int pid) { return std::ranges::count(before, pid); });
  }));
}

TEST_F(ProcessExecutorTest, WaitsForAWorkerThatIsStopped) {
  SharedBuffer<std::atomic<int>> begun(1);
  ProcessExecutor pool(2);
  const auto pid_at = begun.span();
  Future<int> future = pool.submit([pid_at] {
    pid_at[0] = ::getpid();
    ::usleep(1000);
    return 1;
  });
  ASSERT_TRUE(test::wait_until([&] { return begun[0] != 0; }));
  ASSERT_TRUE(test::stop(begun[0]));
  const bool was_done = future.done();
  EXPECT_EQ(future.wait_for(100ms), was_done) << "stopped is not dead";
  EXPECT_EQ(pool.submit(test::kSquare, 7).get(), 49) << "the others go on";
  ::kill(begun[0], SIGCONT);
  EXPECT_EQ(future.get(), 1);
}

TEST_F(ProcessExecutorTest, RefusesCodeThatItsWorkersDoNotHave) {
  using Answer = int (*)();
  ProcessExecutor pool(1);
  void* library = ::dlopen(SHMKIT_LATE_CODE, RTLD_NOW);
  ASSERT_NE(library, nullptr) << ::dlerror();
  const auto answer = reinterpret_cast<Answer>(::dlsym(library, "late_answer"));
  const Error error = test::error_of([&] { static_cast<void>(pool.submit(answer)); });
  EXPECT_EQ(error.errc(), Errc::usage);
  EXPECT_NE(std::string(error.what()).find("its library was loaded after"), std::string::npos);
  EXPECT_EQ(ProcessExecutor(1).submit(answer).get(), 42);
  EXPECT_EQ(pool.submit(test::kSquare, 2).get(), 4);
  ::dlclose(library);
}

TEST_F(ProcessExecutorTest, WritesWhatTasksPrintOnce) {
  const test::ChildEnd end = test::in_child([] {
    std::array<int, 2> pipe{};
    if (::pipe(pipe.data()) != 0) return 1;
    ::dup2(pipe[1], STDOUT_FILENO);
    std::setvbuf(stdout, nullptr, _IOFBF, 1 << 16);
    std::cout << "before ";  // In a buffer that every worker gets a copy of.
    {
      ProcessExecutor pool(3);
      pool.submit([] { std::cout << "task "; }).get();
    }
    std::cout << "after" << std::flush;
    std::array<char, 100> text{};
    const auto size = ::read(pipe[0], text.data(), text.size() - 1);
    return size > 0 && std::string(text.data()) == "before task after" ? 0 : 2;
  });
  EXPECT_EQ(end.exit_code, 0);
}

TEST_F(ProcessExecutorTest, LeavesThePoolOfItsParentAlone) {
  ProcessExecutor pool(2);
  EXPECT_EQ(test::in_child([&] {
              pool.shutdown();
              const test::ChildEnd end = test::in_child([&]() -> int { std::exit(0); });
              return end.exit_code;
            }).exit_code,
            0);
  EXPECT_EQ(pool.submit(test::kSquare, 3).get(), 9);
}

TEST_F(ProcessExecutorTest, SaysThatThereAreNoProcesses) {
  // Root is exempt from the limit.
  if (::geteuid() == 0) {
    EXPECT_EQ(test::in_child([] {
                if (::setgid(65534) != 0 || ::setuid(65534) != 0) return 3;
                rlimit none{0, 0};
                ::setrlimit(RLIMIT_NPROC, &none);
                return test::outcome_of([] { ProcessExecutor pool(2); }) == Errc::failed ? 0 : 1;
              }).exit_code,
              0);
  } else {
    rlimit before{};
    ::getrlimit(RLIMIT_NPROC, &before);
    rlimit none = before;
    none.rlim_cur = 0;
    ::setrlimit(RLIMIT_NPROC, &none);
    const Errc errc = test::outcome_of([] { ProcessExecutor pool(2); });
    ::setrlimit(RLIMIT_NPROC, &before);
    EXPECT_EQ(errc, Errc::failed);
  }
}

TEST_F(ProcessExecutorTest, LeavesNothingOpenAndNobodyBehind) {
  const int before = test::open_descriptors();
  for (int i = 0; i < 20; ++i) {
    ProcessExecutor pool(2);
    if (i % 2 == 0) {
      EXPECT_EQ(pool.submit(test::kSquare, 3).get(), 9);
    }
  }
  EXPECT_EQ(test::open_descriptors(), before);
}

}  // namespace
}  // namespace shmkit
