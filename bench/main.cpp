#include <benchmark/benchmark.h>

#include <memory>

#include "names.hpp"

// `shmkit_bench` with Google Benchmark's own options; names are question/subject. See docs/benchmarking.md.
int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::AddCustomContext("project", "shmkit " SHMKIT_VERSION);
  benchmark::AddCustomContext("commit", SHMKIT_COMMIT);
  benchmark::AddCustomContext("compiler", SHMKIT_COMPILER);
  benchmark::AddCustomContext("build", SHMKIT_BUILD);
  shmkit::bench::PlainNames reporter{
      std::unique_ptr<benchmark::BenchmarkReporter>(benchmark::CreateDefaultDisplayReporter())};
  benchmark::RunSpecifiedBenchmarks(&reporter);
  benchmark::Shutdown();
  return reporter.failed() ? 1 : 0;
}
