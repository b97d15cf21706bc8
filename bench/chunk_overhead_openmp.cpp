#include "chunk_overhead.hpp"

// OpenMP's threads, which take one index after the other.
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

BENCHMARK(openmp)->Name("chunk_overhead/openmp_dynamic")->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
