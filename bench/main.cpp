#include <benchmark/benchmark.h>

#include <algorithm>
#include <memory>
#include <string_view>

#include "names.hpp"
#include "quick.hpp"

namespace {

// Takes --quick out of the words, as Google Benchmark does with its own. Argv ends with a null.
void take_quick(int& argc, char** argv) {
  char** const end = std::remove(argv + 1, argv + argc, std::string_view("--quick"));
  shmkit::bench::is_quick = end != argv + argc;
  argc = static_cast<int>(end - argv);
  *end = nullptr;
}

}  // namespace

// `shmkit_bench` with Google Benchmark's own options, and --quick; names are question/subject. See
// docs/benchmarking.md.
int main(int argc, char** argv) {
  take_quick(argc, argv);
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
