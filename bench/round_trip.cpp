#include "round_trip.hpp"

#include "scratch.hpp"
#include "scratch_pool.hpp"

// How long does a job of one chunk take on a warm pool: with a worker that still looks for the next job, and
// with one that has gone to sleep?
namespace {

using namespace shmkit;

void job(benchmark::State& state, std::chrono::milliseconds pause) {
  bench::ScratchArray scratch(Kind::uint8, {1});
  WorkerPool pool = WorkerPool::start(1);
  bench::time_round_trips(state, pause, [&] {
    const RunReport report = pool.run("noop", scratch.array());
    return report.chunks == 1 && std::get<std::int64_t>(report.result.scalar) == 1;
  });
}

// The same through a named pool: another process is the parent of the worker.
void named_job(benchmark::State& state, std::chrono::milliseconds pause) {
  bench::ScratchArray scratch(Kind::uint8, {1});
  const bench::ScratchPool pool(1);
  PoolClient client = PoolClient::connect(pool.name());
  bench::time_round_trips(state, pause, [&] {
    const RunReport report = client.run("noop", scratch.array());
    return report.chunks == 1 && std::get<std::int64_t>(report.result.scalar) == 1;
  });
}

void named_spinning(benchmark::State& state) { named_job(state, {}); }
void named_parked(benchmark::State& state) { named_job(state, bench::kPause); }
void spinning(benchmark::State& state) { job(state, {}); }
void parked(benchmark::State& state) { job(state, bench::kPause); }

BENCHMARK(spinning)
    ->Name("round_trip/shmkit_spinning")
    ->UseManualTime()
    ->Iterations(bench::kBackToBack)
    ->Unit(benchmark::kMicrosecond);
BENCHMARK(named_spinning)
    ->Name("round_trip/shmkit_pool_spinning")
    ->UseManualTime()
    ->Iterations(bench::kBackToBack)
    ->Unit(benchmark::kMicrosecond);
BENCHMARK(named_parked)
    ->Name("round_trip/shmkit_pool_parked")
    ->UseManualTime()
    ->Iterations(bench::kPaused)
    ->Unit(benchmark::kMicrosecond);
BENCHMARK(parked)
    ->Name("round_trip/shmkit_parked")
    ->UseManualTime()
    ->Iterations(bench::kPaused)
    ->Unit(benchmark::kMicrosecond);

}  // namespace
