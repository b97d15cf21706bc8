#include <shmkit/run.hpp>

#include "job/timeline.hpp"
#include "pool/job_inputs.hpp"
#include "pool/private_pool.hpp"
#include "pool/worker_limit.hpp"

namespace shmkit {

struct WorkerPool::Impl {
  explicit Impl(unsigned workers) : pool(workers) {}

  RunReport run(std::string_view kernel, const JobArrays& arrays, const RunOptions& options);

  pool::PrivatePool pool;
};

WorkerPool::WorkerPool(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
WorkerPool::WorkerPool(WorkerPool&&) noexcept = default;
WorkerPool& WorkerPool::operator=(WorkerPool&&) noexcept = default;
WorkerPool::~WorkerPool() = default;

WorkerPool WorkerPool::start(unsigned workers) {
  return WorkerPool(std::make_unique<Impl>(pool::checked_workers(workers)));
}

unsigned WorkerPool::size() const noexcept { return impl_->pool.crew().size(); }
std::vector<int> WorkerPool::worker_pids() const { return impl_->pool.crew().pids(); }

RunReport WorkerPool::Impl::run(std::string_view kernel, const JobArrays& arrays, const RunOptions& options) {
  const job::Plan plan = pool::make_plan(kernel, arrays, options);
  const pool::NamedRefs refs = pool::named_refs(arrays, pool::unnamed);
  RunReport report;
  report.kernel = kernel;
  report.chunks = plan.partition.chunks();
  report.workers = pool.crew().size();
  for (unsigned i = 0; i < options.repeat && report.failures.empty(); ++i) {
    const job::Repetition repetition;
    report.result = pool.run(plan, refs, options, report);
    repetition.end(plan, report);
  }
  return report;
}

RunReport WorkerPool::run(std::string_view kernel, const JobArrays& arrays, const RunOptions& options) {
  return impl_->run(kernel, arrays, options);
}

}  // namespace shmkit
