#include "run/ways.hpp"

namespace shmkit::run_ways {

ChunkFailure failure_of(const job::Plan& plan, std::uint64_t chunk, const kernel::Complaint& complaint) {
  return {chunk, plan.partition.begin(chunk), plan.partition.begin(chunk + 1),
          1,     complaint.text.data(),       true};
}

void Serial::execute(const job::Plan& plan, const job::Bases& bases, std::byte* partials, RunReport& report) {
  job::ChunkRunner runner(plan, bases);
  for (std::uint64_t chunk = 0; chunk < plan.partition.chunks(); ++chunk) {
    if (!runner.run(chunk, partials + chunk * plan.stride))
      report.failures.push_back(failure_of(plan, chunk, runner.complaint()));
  }
}

}  // namespace shmkit::run_ways
