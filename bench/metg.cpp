#include "metg.hpp"

// How small may a task be? The time of jobs that do the same for every element, cut into smaller and smaller
// tasks. METG(50%) is made of it elsewhere.
namespace {

using namespace shmkit;

void process(benchmark::State& state, bench::TaskSize size) {
  bench::TaskArray* numbers = bench::TaskArray::of(state, size);
  if (numbers == nullptr) return;
  WorkerPool pool = WorkerPool::start(bench::TaskSize::kWorkers);
  RunOptions options;
  options.chunks = size.tasks();
  const auto check = [&](const RunReport& report) {
    if (report.chunks != size.tasks()) state.SkipWithError("wrong number of chunks");
    bench::check_maximum(state, size, report.result);
  };
  check(pool.run("max", numbers->draft(), options));
  for (auto _ : state) check(pool.run("max", numbers->draft(), options));
  bench::count_tasks(state, size);
}

const bool kAdded = [] {
  bench::add_metg("shmkit", process);
  return true;
}();

}  // namespace
