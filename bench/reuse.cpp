#include <benchmark/benchmark.h>

#include "scratch.hpp"

// What does it save to use the workers of the last job again?
namespace {

using namespace shmkit;

constexpr std::uint64_t kElements = 1 << 20;  // 8 MiB of doubles: a fraction of a millisecond of work.

RunOptions two_workers() {
  RunOptions options;
  options.workers = 2;
  options.chunks = 16;
  return options;
}

void fill(AnyArray& array) {
  RunOptions options;
  options.via = Via::serial;
  run("arange", array, options);
}

void check(benchmark::State& state, const RunReport& report) {
  if (std::get<double>(report.result.scalar) != static_cast<double>(kElements - 1))
    state.SkipWithError("wrong maximum");
}

void fresh_pool(benchmark::State& state) {
  bench::ScratchArray scratch(Kind::float64, {kElements});
  fill(scratch.array());
  for (auto _ : state) check(state, run("max", scratch.array(), two_workers()));
}

void warm_pool(benchmark::State& state) {
  bench::ScratchArray scratch(Kind::float64, {kElements});
  fill(scratch.array());
  WorkerPool pool = WorkerPool::start(2);
  check(state, pool.run("max", scratch.array(), two_workers()));
  for (auto _ : state) check(state, pool.run("max", scratch.array(), two_workers()));
}

// The same work without any of it, to see what is left of the difference.
void serial(benchmark::State& state) {
  bench::ScratchArray scratch(Kind::float64, {kElements});
  fill(scratch.array());
  RunOptions options = two_workers();
  options.via = Via::serial;
  for (auto _ : state) check(state, run("max", scratch.array(), options));
}

BENCHMARK(fresh_pool)->Name("reuse/fresh_pool")->UseRealTime()->Unit(benchmark::kMicrosecond);
BENCHMARK(warm_pool)->Name("reuse/warm_pool")->UseRealTime()->Unit(benchmark::kMicrosecond);
BENCHMARK(serial)->Name("reuse/no_workers")->UseRealTime()->Unit(benchmark::kMicrosecond);

}  // namespace
