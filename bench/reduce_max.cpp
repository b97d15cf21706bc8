#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <functional>

#include "load_only.hpp"
#include "scratch.hpp"

// How much of what memory allows does a reduction reach, over a mapping that is already there and over a
// fresh one? A fresh mapping pays a page fault for every 64 KiB or so; so does the load-only loop beside it.
namespace {

using namespace shmkit;
using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kElements = 100'000'000;

unsigned cpus() { return default_workers().count; }

RunOptions options_for(Via via) {
  RunOptions options;
  options.via = via;
  options.chunks = 100;
  return options;
}

/// One array for all: made when the first benchmark asks.
bench::ScratchArray& shared_array() {
  static bench::ScratchArray scratch(Kind::float64, {kElements});
  static const bool filled = [] {
    RunOptions options;
    options.arguments = {{"seed", "42"}};
    run("random", scratch.array(), options);
    return true;
  }();
  benchmark::DoNotOptimize(filled);
  return scratch;
}

double expected() {
  static const double value = std::ranges::max(shared_array().array().elements<double>());
  return value;
}

void count_bytes(benchmark::State& state) {
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(kElements * sizeof(double)));
}

void check(benchmark::State& state, const RunReport& report) {
  if (std::get<double>(report.result.scalar) != expected()) state.SkipWithError("wrong maximum");
}

void load_only_warm(benchmark::State& state) {
  const auto bytes = shared_array().array().bytes();
  bench::keep(bench::load_only(bytes, cpus()));
  for (auto _ : state) bench::keep(bench::load_only(bytes, cpus()));
  count_bytes(state);
}

void load_only_first(benchmark::State& state) {
  for (auto _ : state) {
    const AnyArray array = AnyArray::attach(shared_array().name(), Access::read_only);
    bench::keep(bench::load_only(array.bytes(), cpus()));
  }
  count_bytes(state);
}

void process_warm(benchmark::State& state) {
  AnyArray& array = shared_array().array();
  WorkerPool pool = WorkerPool::start();
  check(state, pool.run("max", array, options_for(Via::process)));
  for (auto _ : state) check(state, pool.run("max", array, options_for(Via::process)));
  count_bytes(state);
}

void process_first(benchmark::State& state) {
  expected();
  for (auto _ : state) check(state, run("max", shared_array().array(), options_for(Via::process)));
  count_bytes(state);
}

template <Via kVia>
void here(benchmark::State& state) {
  AnyArray& array = shared_array().array();
  expected();  // Maps every page.
  for (auto _ : state) check(state, run("max", array, options_for(kVia)));
  count_bytes(state);
}

BENCHMARK(load_only_warm)->Name("reduce_max/load_only_warm")->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(process_warm)->Name("reduce_max/process_warm")->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(load_only_first)->Name("reduce_max/load_only_first")->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(process_first)->Name("reduce_max/process_first")->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(here<Via::thread>)->Name("reduce_max/thread")->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(here<Via::serial>)->Name("reduce_max/serial")->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(here<Via::copy>)->Name("reduce_max/copy")->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
