#include <benchmark/benchmark.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include <shmkit/run.hpp>

#include "scratch.hpp"
#include "scratch_pool.hpp"

// What does it cost to start something that could do work, and to wait until it has ended? fork is in
// spawn_fork.cpp. And what does it cost to have had it started before?
namespace {

constexpr const char* kProgram = "/bin/true";
char* const kArguments[] = {const_cast<char*>(kProgram), nullptr};

// What a child must have done before its time counts: ended with code 0.
bool ended_well(pid_t pid) {
  int status = -1;
  return pid > 0 && ::waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

void check(benchmark::State& state, bool good) {
  if (!good) state.SkipWithError("the child did not end with exit code 0");
}

void thread(benchmark::State& state) {
  for (auto _ : state) {
    bool ran = false;
    std::thread([&ran] { ran = true; }).join();
    check(state, ran);
  }
}

void vfork_exec(benchmark::State& state) {
  for (auto _ : state) {
    const pid_t pid = ::vfork();
    if (pid == 0) {
      ::execv(kProgram, kArguments);
      ::_exit(127);
    }
    check(state, ended_well(pid));
  }
}

void posix_spawn(benchmark::State& state) {
  for (auto _ : state) {
    pid_t pid = -1;
    if (::posix_spawn(&pid, kProgram, nullptr, nullptr, kArguments, environ) != 0) pid = -1;
    check(state, ended_well(pid));
  }
}

// Workers of a pool, ready for jobs, and their end.
void pool_start(benchmark::State& state) {
  for (auto _ : state) {
    const auto pool = shmkit::WorkerPool::start(2);
    if (pool.worker_pids().size() != 2) state.SkipWithError("the pool does not have 2 workers");
  }
}

// The same with a supervisor, under a name, and its end.
void named_pool_start(benchmark::State& state) {
  for (auto _ : state) {
    const shmkit::bench::ScratchPool pool(2);
    if (shmkit::pool_status(pool.name()).workers.size() != 2)
      state.SkipWithError("the pool does not have 2 workers");
  }
}

void warm_pool_job(benchmark::State& state) {
  shmkit::bench::ScratchArray scratch(shmkit::Kind::uint8, {1});
  shmkit::WorkerPool pool = shmkit::WorkerPool::start(2);
  for (auto _ : state) {
    if (pool.run("noop", scratch.array()).chunks != 1) state.SkipWithError("wrong number of chunks");
  }
}

BENCHMARK(named_pool_start)
    ->Name("spawn/named_pool_start_2_workers")
    ->UseRealTime()
    ->Unit(benchmark::kMicrosecond);
BENCHMARK(thread)->Name("spawn/thread")->UseRealTime()->Unit(benchmark::kMicrosecond);
BENCHMARK(vfork_exec)->Name("spawn/vfork_exec")->UseRealTime()->Unit(benchmark::kMicrosecond);
BENCHMARK(posix_spawn)->Name("spawn/posix_spawn")->UseRealTime()->Unit(benchmark::kMicrosecond);
BENCHMARK(pool_start)->Name("spawn/pool_start_2_workers")->UseRealTime()->Unit(benchmark::kMicrosecond);
BENCHMARK(warm_pool_job)->Name("spawn/warm_pool_job")->UseRealTime()->Unit(benchmark::kMicrosecond);

}  // namespace
