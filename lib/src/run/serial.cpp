#include "run/stopwatch.hpp"
#include "run/ways.hpp"

namespace shmkit::run_ways {

ChunkFailure failure_of(const job::Plan& plan, std::uint64_t chunk, const kernel::Complaint& complaint) {
  return {chunk, plan.partition.begin(chunk), plan.partition.begin(chunk + 1),
          1,     complaint.text.data(),       true};
}

void Serial::execute(const job::Plan& plan, const job::Bases& bases, std::byte* partials, RunReport& report) {
  const std::int64_t begin = begin_pass(plan);
  Stopwatch watch(plan.traced, 0);
  job::ChunkRunner runner(plan, bases);
  for (std::uint64_t chunk = 0; chunk < plan.partition.chunks(); ++chunk) {
    watch.asks();
    watch.begins();
    const bool done = runner.run(chunk, partials + chunk * plan.stride);
    watch.ends(chunk, done);
    if (!done) report.failures.push_back(failure_of(plan, chunk, runner.complaint()));
  }
  std::vector<job::WorkerTrack> tracks;
  watch.hand_over_to(tracks);
  finish_pass(report, plan, begin, std::move(tracks));
}

}  // namespace shmkit::run_ways
