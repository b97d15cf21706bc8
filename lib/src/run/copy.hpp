#pragma once

#include <cstdint>
#include <vector>

#include "os/pipe.hpp"
#include "os/process.hpp"
#include "run/ways.hpp"

namespace shmkit::run_ways {

enum class CopiedKernel : std::uint64_t;

/// Worker processes that share nothing: every chunk goes to a worker as header and bytes through a pipe, is
/// read into private memory, and its partial result comes back the same way. The baseline that shows what
/// marshalling costs. One chunk is on its way to each worker at a time. A worker that dies costs its chunk a
/// retry.
class Copy final : public Way {
 public:
  Copy(const job::Plan& plan, unsigned workers);
  ~Copy() override;
  Copy(const Copy&) = delete;
  Copy& operator=(const Copy&) = delete;

  /// Requires: `plan` is the constructor's, or what must be known before it, or its exact form.
  void execute(const job::Plan& plan, const job::Bases& bases, std::byte* partials,
               RunReport& report) override;

 private:
  struct Line;  // One worker and what is under way to it.
  class Transfer;

  void start(Line& line) const;
  CopiedKernel which(const kernel::Kernel& kernel) const noexcept;
  void replace_the_dead();

  job::Plan plan_;
  std::vector<Line> lines_;
};

}  // namespace shmkit::run_ways
