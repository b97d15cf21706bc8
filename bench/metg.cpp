#include "metg.hpp"

// How small may a task be? The time of jobs that do the same for every element, cut into smaller and smaller
// tasks. scripts/rivals/metg.py makes METG(50%) of it.
namespace {

using namespace shmkit;

void process(benchmark::State& state, bench::TaskSize size) {
  bench::ScratchArray scratch(Kind::float64, {size.total()});
  bench::fill(scratch.array());
  WorkerPool pool = WorkerPool::start(bench::TaskSize::kWorkers);
  RunOptions options;
  options.chunks = size.tasks();
  const auto check = [&](const RunReport& report) {
    if (report.chunks != size.tasks()) state.SkipWithError("wrong number of chunks");
    bench::check_maximum(state, size, report.result);
  };
  check(pool.run("max", scratch.array(), options));
  for (auto _ : state) check(pool.run("max", scratch.array(), options));
  bench::count_tasks(state, size);
}

const bool kAdded = [] {
  bench::add_metg("shmkit", process);
  return true;
}();

}  // namespace
