#include <shmkit/executor.hpp>

#include <future>
#include <thread>

#include "chunk_overhead.hpp"
#include "round_trip.hpp"

// What does a function call cost that somebody else executes: one, and its result; and each of a million? The
// floors of the first are round_trip's, the rivals of the second chunk_overhead's.
namespace {

using namespace shmkit;

constexpr auto kNext = [](std::uint64_t x) { return x + 1; };

void time_calls(benchmark::State& state, std::chrono::milliseconds pause, auto call) {
  std::uint64_t question = 0;
  bench::time_round_trips(state, pause, [&] {
    ++question;
    return call(question) == question + 1;
  });
}

template <class Pool>
void submit(benchmark::State& state, std::chrono::milliseconds pause) {
  Pool pool(1);
  time_calls(state, pause, [&](std::uint64_t x) { return pool.submit(kNext, x).get(); });
}

void spinning_process(benchmark::State& state) { submit<ProcessExecutor>(state, {}); }
void spinning_thread(benchmark::State& state) { submit<ThreadExecutor>(state, {}); }
void parked_process(benchmark::State& state) { submit<ProcessExecutor>(state, bench::kPause); }
void parked_thread(benchmark::State& state) { submit<ThreadExecutor>(state, bench::kPause); }

void std_async(benchmark::State& state) {
  time_calls(state, {}, [](std::uint64_t x) { return std::async(std::launch::async, kNext, x).get(); });
}

void std_thread(benchmark::State& state) {
  time_calls(state, {}, [](std::uint64_t x) {
    std::uint64_t answer = 0;
    std::thread([&answer, x] { answer = kNext(x); }).join();
    return answer;
  });
}

constexpr std::uint64_t kSum = bench::kChunks * (bench::kChunks + 1) / 2;

void check_answers(benchmark::State& state, const std::vector<std::uint64_t>& answers) {
  bench::check_chunks(state, std::accumulate(answers.begin(), answers.end(), std::uint64_t{0}) == kSum);
}

template <class Pool>
void map(benchmark::State& state) {
  Pool pool(bench::kWorkers);
  check_answers(state, pool.map(kNext, bench::kChunks));
  std::vector<std::uint64_t> answers;
  for (auto _ : state) answers = pool.map(kNext, bench::kChunks);
  check_answers(state, answers);
  bench::count_chunks(state, bench::kChunks);
}

template <class Pool>
void reduce(benchmark::State& state) {
  Pool pool(bench::kWorkers);
  const auto add = [](std::uint64_t a, std::uint64_t b) { return a + b; };
  for (auto _ : state)
    bench::check_chunks(state, pool.reduce(kNext, bench::kChunks, std::uint64_t{0}, add) == kSum);
  bench::count_chunks(state, bench::kChunks);
}

BENCHMARK(spinning_process)
    ->Name("submit/shmkit_spinning")
    ->UseManualTime()
    ->Iterations(bench::kBackToBack)
    ->Unit(benchmark::kMicrosecond);
BENCHMARK(spinning_thread)
    ->Name("submit/shmkit_thread_spinning")
    ->UseManualTime()
    ->Iterations(bench::kBackToBack)
    ->Unit(benchmark::kMicrosecond);
BENCHMARK(parked_process)
    ->Name("submit/shmkit_parked")
    ->UseManualTime()
    ->Iterations(bench::kPaused)
    ->Unit(benchmark::kMicrosecond);
BENCHMARK(parked_thread)
    ->Name("submit/shmkit_thread_parked")
    ->UseManualTime()
    ->Iterations(bench::kPaused)
    ->Unit(benchmark::kMicrosecond);
BENCHMARK(std_async)
    ->Name("submit/std_async")
    ->UseManualTime()
    ->Iterations(bench::kPaused)
    ->Unit(benchmark::kMicrosecond);
BENCHMARK(std_thread)
    ->Name("submit/std_thread")
    ->UseManualTime()
    ->Iterations(bench::kPaused)
    ->Unit(benchmark::kMicrosecond);
BENCHMARK(map<ProcessExecutor>)->Name("map/shmkit")->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(map<ThreadExecutor>)->Name("map/shmkit_threads")->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(reduce<ProcessExecutor>)->Name("reduce/shmkit")->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(reduce<ThreadExecutor>)
    ->Name("reduce/shmkit_threads")
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
