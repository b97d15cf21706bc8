#include "chunk_overhead.hpp"

// OpenMP's threads, which take one index after the other: with a partial result per chunk, as we have it, and
// with one per thread, as its users would write it. The second gives up what makes a result independent of
// who did what, and does not share cache lines.
namespace {

using namespace shmkit;

bool round(bench::Partials& partials) {
  partials.start_round();
#pragma omp parallel for schedule(dynamic, 1) num_threads(bench::kWorkers)
  for (std::uint64_t chunk = 0; chunk < bench::kChunks; ++chunk) partials.put(chunk);
  return partials.complete();
}

void openmp(benchmark::State& state) {
  bench::Partials partials(bench::kChunks);
  bench::check_chunks(state, round(partials));
  for (auto _ : state) bench::check_chunks(state, round(partials));
  bench::count_chunks(state, bench::kChunks);
}

void openmp_reduction(benchmark::State& state) {
  for (auto _ : state) {
    std::uint64_t sum = 0;
#pragma omp parallel for schedule(dynamic, 1) num_threads(bench::kWorkers) reduction(+ : sum)
    for (std::uint64_t chunk = 0; chunk < bench::kChunks; ++chunk) sum += chunk;
    bench::check_chunks(state, sum == bench::kChunks * (bench::kChunks - 1) / 2);
  }
  bench::count_chunks(state, bench::kChunks);
}

BENCHMARK(openmp_reduction)
    ->Name("chunk_overhead/openmp_reduction")
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK(openmp)->Name("chunk_overhead/openmp_dynamic")->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
