#include "reductions.hpp"

#include <algorithm>
#include <memory>

// Ours, in every way: worker processes that are ready, over mappings that are there; threads; one loop; and
// chunks through pipes.
namespace shmkit::bench {
namespace {

ArrayDraft random_numbers(std::uint64_t bytes, const char* seed) {
  ArrayDraft draft = unnamed_array(Kind::float64, {bytes / sizeof(double)});
  RunOptions options;
  options.arguments = {{"seed", seed}};
  run("random", draft, options);
  return draft;
}

}  // namespace

// Added up with extended precision, so that it is right to the last digits of a double.
ReductionArrays::ReductionArrays(std::uint64_t bytes)
    : x_(random_numbers(bytes / 2, "1")), y_(random_numbers(bytes / 2, "2")) {
  const auto [x, y] = operands();
  long double sum = 0;
  long double dot = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    sum += x[i];
    dot += static_cast<long double>(x[i]) * y[i];
  }
  expected_ = {std::ranges::max(x), static_cast<double>(sum), static_cast<double>(dot)};
}

namespace {

double number(const RunReport& report) { return std::get<double>(report.result.scalar); }

auto on_warm_pool(ReductionArrays& arrays, Reduction reduction, unsigned workers) {
  return [&arrays, reduction, pool = std::make_shared<WorkerPool>(WorkerPool::start(workers))] {
    return number(pool->run(name_of(reduction), job_over(arrays, reduction)));
  };
}

auto one_way(Via via) {
  return [via](ReductionArrays& arrays, Reduction reduction, unsigned workers) {
    RunOptions options;
    options.via = via;
    options.workers = workers;
    return [&arrays, reduction, options] {
      return number(run(name_of(reduction), job_over(arrays, reduction), options));
    };
  };
}

// Of one array: that is all that goes through a pipe.
void through_pipes(benchmark::State& state) {
  ReductionArrays* arrays = ReductionArrays::get(state);
  if (arrays == nullptr) return;
  const auto compute = one_way(Via::copy)(*arrays, Reduction::max, count_of(Cores::all));
  for (auto _ : state) check_reduction(state, *arrays, Reduction::max, compute());
  count_reduced(state, *arrays, Reduction::max);
}

BENCHMARK(through_pipes)
    ->Name("reduce_max/copy")
    ->UseRealTime()
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);

const bool kAdded = [] {
  add_reductions("shmkit", Cores::all, on_warm_pool);
  add_reductions("thread", Cores::all, one_way(Via::thread));
  add_reductions("serial", Cores::all, one_way(Via::serial));
  add_reductions("shmkit", Cores::one, one_way(Via::serial));
  return true;
}();

}  // namespace
}  // namespace shmkit::bench
