#pragma once

#include <benchmark/benchmark.h>

#include <memory>

namespace shmkit::bench {

/// Reports as Google Benchmark does, but calls a benchmark by the name it was given: without "/real_time",
/// which here is said of all of them, since what is measured mostly waits for other processes.
class PlainNames final : public benchmark::BenchmarkReporter {
 public:
  explicit PlainNames(std::unique_ptr<benchmark::BenchmarkReporter> inner) : inner_(std::move(inner)) {}

  bool ReportContext(const Context& context) override;
  void ReportRuns(const std::vector<Run>& runs) override;
  void Finalize() override { inner_->Finalize(); }

  /// True if some benchmark reported an error: a wrong result, or something that could not be set up.
  bool failed() const noexcept { return failed_; }

 private:
  std::unique_ptr<benchmark::BenchmarkReporter> inner_;
  bool failed_ = false;
};

}  // namespace shmkit::bench
