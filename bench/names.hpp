#pragma once

#include <benchmark/benchmark.h>

#include <memory>

namespace shmkit::bench {

/// Reports as Google Benchmark does, but calls a benchmark by the name it was given: without "/real_time"
/// and the like. Times are wall-clock times, since what is measured mostly waits for other processes.
class PlainNames final : public benchmark::BenchmarkReporter {
 public:
  explicit PlainNames(std::unique_ptr<benchmark::BenchmarkReporter> inner) : inner_(std::move(inner)) {}

  bool ReportContext(const Context& context) override;
  void ReportRuns(const std::vector<Run>& runs) override;
  void Finalize() override { inner_->Finalize(); }

  /// True if some benchmark reported an error: a wrong result. One that was skipped has not failed.
  bool failed() const noexcept { return failed_; }

 private:
  std::unique_ptr<benchmark::BenchmarkReporter> inner_;
  bool failed_ = false;
};

}  // namespace shmkit::bench
