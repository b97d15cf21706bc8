#include "chunk_overhead.hpp"

#include "scratch.hpp"

// What does it cost to hand a chunk to a worker, with an empty body: to fill the queue, to take from it, to
// write a partial result and to add these up? The rivals are in chunk_overhead_*.cpp.
namespace {

using namespace shmkit;

RunOptions options_for(Via via) {
  RunOptions options;
  options.via = via;
  options.workers = bench::kWorkers;
  options.chunks = bench::kChunks;
  return options;
}

void check(benchmark::State& state, const RunReport& report) {
  bench::check_chunks(state, report.chunks == bench::kChunks &&
                                 std::get<std::int64_t>(report.result.scalar) == bench::kChunks);
}

void process(benchmark::State& state) {
  bench::ScratchArray scratch(Kind::uint8, {bench::kChunks});
  WorkerPool pool = WorkerPool::start(bench::kWorkers);
  const RunOptions options = options_for(Via::process);
  check(state, pool.run("noop", scratch.array(), options));
  for (auto _ : state) check(state, pool.run("noop", scratch.array(), options));
  bench::count_chunks(state, bench::kChunks);
}

template <Via kVia>
void here(benchmark::State& state) {
  bench::ScratchArray scratch(Kind::uint8, {bench::kChunks});
  const RunOptions options = options_for(kVia);
  for (auto _ : state) check(state, run("noop", scratch.array(), options));
  bench::count_chunks(state, bench::kChunks);
}

BENCHMARK(process)->Name("chunk_overhead/shmkit")->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(here<Via::thread>)
    ->Name("chunk_overhead/shmkit_threads")
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK(here<Via::serial>)->Name("chunk_overhead/serial")->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
