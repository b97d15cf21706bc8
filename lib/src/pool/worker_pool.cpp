#include <shmkit/run.hpp>

#include <chrono>

#include <fmt/format.h>

#include "pool/pool_job.hpp"

namespace shmkit {

struct WorkerPool::Impl {
  explicit Impl(unsigned workers)
      : memory(pool::kControlBytes), crew(pool::Control(memory.data()), workers) {}

  RunReport run(std::string_view kernel, const AnyArray& array, const pool::ArrayRef& ref,
                const RunOptions& options);

  os::SharedMemory memory;
  pool::Crew crew;
  std::uint32_t epoch = 0;
};

namespace {

constexpr std::chrono::milliseconds kStartPeriod{50};
// What somebody who kills at random may hit; more of them have a reason that will not go away.
constexpr unsigned kStartDeaths = 30;

unsigned checked_size(unsigned workers) {
  if (workers > WorkerPool::kMaxWorkers) {
    throw Error(Errc::usage, fmt::format("{} workers are too many", workers),
                fmt::format("at most {}", WorkerPool::kMaxWorkers));
  }
  return workers == 0 ? default_workers().count : workers;
}

void wait_until_ready(pool::Crew& crew) {
  unsigned deaths = 0;
  while (!crew.all_ready()) {
    deaths += static_cast<unsigned>(crew.wait(kStartPeriod).size());
    if (deaths > 2 * crew.size() + kStartDeaths)
      throw Error(Errc::pool_lost, "workers die as soon as they start", "is memory short? see `dmesg`");
    if (deaths > 0) crew.fill_vacancies();
  }
}

}  // namespace

WorkerPool::WorkerPool(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
WorkerPool::WorkerPool(WorkerPool&&) noexcept = default;
WorkerPool& WorkerPool::operator=(WorkerPool&&) noexcept = default;
WorkerPool::~WorkerPool() = default;

WorkerPool WorkerPool::start(unsigned workers) {
  auto impl = std::make_unique<Impl>(checked_size(workers));
  impl->memory.ensure(0, pool::kSlotsOffset + impl->crew.size() * sizeof(pool::WorkerSlot));
  impl->crew.fill_vacancies();
  wait_until_ready(impl->crew);
  return WorkerPool(std::move(impl));
}

unsigned WorkerPool::size() const noexcept { return impl_->crew.size(); }
std::vector<int> WorkerPool::worker_pids() const { return impl_->crew.pids(); }

RunReport WorkerPool::Impl::run(std::string_view kernel, const AnyArray& array, const pool::ArrayRef& ref,
                                const RunOptions& options) {
  const job::Plan plan = job::make_plan(kernel, array.dtype(), array.shape().size(), options);
  RunReport report;
  report.kernel = kernel;
  report.chunks = plan.partition.chunks;
  report.workers = crew.size();
  for (unsigned i = 0; i < options.repeat && report.failures.empty(); ++i) {
    const auto start = std::chrono::steady_clock::now();
    pool::PoolJob job(memory, crew, epoch, ref, report);
    report.result = job.run(plan);
    report.seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  return report;
}

RunReport WorkerPool::run(std::string_view kernel, AnyArray& array, const RunOptions& options) {
  return impl_->run(kernel, array, pool::named(array.info()), options);
}

RunReport WorkerPool::run(std::string_view kernel, ArrayDraft& draft, const RunOptions& options) {
  return impl_->run(kernel, draft.array(), pool::unnamed(draft), options);
}

}  // namespace shmkit
