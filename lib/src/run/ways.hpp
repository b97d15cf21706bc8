#pragma once

#include <cstddef>

#include <shmkit/run.hpp>

#include "job/chunk_runner.hpp"

// The ways to execute the chunks of a job inside one process or through pipes; pool/ has the one over shared
// memory.
namespace shmkit::run_ways {

/// Executes all chunks of `plan`, filling `partials`. Counts what happens into the report.
class Way {
 public:
  virtual ~Way() = default;
  virtual void execute(const job::Plan& plan, const job::Bases& bases, std::byte* partials,
                       RunReport& report) = 0;
};

/// A chunk that the kernel could not do.
ChunkFailure failure_of(const job::Plan& plan, std::uint64_t chunk, const kernel::Complaint& complaint);

/// One loop in this thread.
class Serial final : public Way {
 public:
  void execute(const job::Plan& plan, const job::Bases& bases, std::byte* partials,
               RunReport& report) override;
};

/// Threads of this process, which claim chunks from the same queue as worker processes do.
class Threads final : public Way {
 public:
  explicit Threads(unsigned workers) : workers_(workers) {}
  void execute(const job::Plan& plan, const job::Bases& bases, std::byte* partials,
               RunReport& report) override;

 private:
  unsigned workers_;
};

}  // namespace shmkit::run_ways
