#include <tbb/blocked_range.h>
#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include "chunk_overhead.hpp"

// oneTBB's work stealing, down to one index a task.
namespace {

using namespace shmkit;
using Range = tbb::blocked_range<std::uint64_t>;

bool round(bench::Partials& partials) {
  partials.start_round();
  tbb::parallel_for(
      Range(0, bench::kChunks, 1),
      [&partials](const Range& range) {
        for (std::uint64_t chunk = range.begin(); chunk < range.end(); ++chunk) partials.put(chunk);
      },
      tbb::simple_partitioner());
  return partials.complete();
}

void onetbb(benchmark::State& state) {
  const tbb::global_control control(tbb::global_control::max_allowed_parallelism, bench::kWorkers);
  tbb::task_arena arena(static_cast<int>(bench::kWorkers));
  bench::Partials partials(bench::kChunks);
  const auto in_arena = [&] { return arena.execute([&] { return round(partials); }); };
  bench::check_chunks(state, in_arena());
  for (auto _ : state) bench::check_chunks(state, in_arena());
  bench::count_chunks(state, bench::kChunks);
}

BENCHMARK(onetbb)->Name("chunk_overhead/onetbb_simple")->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
