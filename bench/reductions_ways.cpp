#include <memory>

#include "reductions.hpp"

// Ours, in every way: worker processes that are ready, over mappings that are there; threads; one loop;
// chunks through pipes.
namespace {

using namespace shmkit;
using bench::Cores;
using bench::Reduction;
using bench::ReductionTask;

double number(const RunReport& report) { return std::get<double>(report.result.scalar); }

auto on_warm_pool(const ReductionTask& task, unsigned workers) {
  const auto compute = [task, pool = std::make_shared<WorkerPool>(WorkerPool::start(workers))] {
    return number(pool->run(task.kernel(), task.arrays()));
  };
  for (int i = 0; i < bench::kWarmUps; ++i) compute();
  return compute;
}

auto one_way(Via via) {
  return [via](const ReductionTask& task, unsigned workers) {
    RunOptions options;
    options.via = via;
    options.workers = workers;
    return [task, options] { return number(run(task.kernel(), task.arrays(), options)); };
  };
}

// Of one array: that is all that goes through a pipe.
void through_pipes(benchmark::State& state) {
  const auto task = ReductionTask::get(state, Reduction::max);
  if (!task) return;
  const auto compute = one_way(Via::copy)(*task, bench::count_of(Cores::all));
  for (auto _ : state) task->check(state, compute());
  task->count_bytes(state);
}

BENCHMARK(through_pipes)
    ->Name("reduce_max/copy")
    ->UseRealTime()
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);

const bool kAdded = [] {
  add_reductions("shmkit", Cores::all, on_warm_pool);
  add_reductions("thread", Cores::all, one_way(Via::thread));
  add_reductions("serial", Cores::one, one_way(Via::serial));
  return true;
}();

}  // namespace
