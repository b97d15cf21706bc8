#include <shmkit/run.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <vector>

#include "job/combine.hpp"
#include "queue/chunk_queue.hpp"
#include "run/copy.hpp"
#include "run/ways.hpp"

namespace shmkit {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

unsigned workers_of(const RunOptions& options) {
  if (options.via == Via::serial) return 1;
  if (options.workers > WorkerPool::kMaxWorkers) throw Error(Errc::usage, "too many workers", "at most 1024");
  return options.workers == 0 ? default_workers().count : options.workers;
}

std::unique_ptr<run_ways::Way> make_way(const job::Plan& plan, const RunOptions& options) {
  if (options.via == Via::serial) return std::make_unique<run_ways::Serial>();
  if (options.via == Via::thread) return std::make_unique<run_ways::Threads>(workers_of(options));
  if (plan.kernel->info.generates) {
    throw Error(Errc::usage,
                "what writes an array cannot run via copy: its output would have to be marshalled back",
                "use --via process, thread or serial");
  }
  return std::make_unique<run_ways::Copy>(plan, workers_of(options));
}

/// Partial results, aligned so that two workers' tickets share no cache line.
class Partials {
 public:
  explicit Partials(std::uint64_t bytes) : units_(bytes / sizeof(Unit) + 1) {}
  std::byte* data() { return reinterpret_cast<std::byte*>(units_.data()); }

 private:
  struct alignas(queue::kLine) Unit {
    std::byte bytes[queue::kLine];
  };
  std::vector<Unit> units_;
};

Value run_once(run_ways::Way& way, const job::Plan& plan, std::byte* data, RunReport& report) {
  std::optional<Partials> partials;
  return job::result_of(plan, report, [&](const job::Plan& pass) {
    partials.emplace(pass.partial_bytes());
    way.execute(pass, data, partials->data(), report);
    return partials->data();
  });
}

RunReport run_here(std::string_view kernel, AnyArray& array, const RunOptions& options) {
  const job::Plan plan = job::make_plan(kernel, array.dtype(), array.shape().size(), options);
  RunReport report;
  report.kernel = kernel;
  report.chunks = plan.partition.chunks();
  report.workers = workers_of(options);
  // A reduction only reads through this pointer.
  auto* data = plan.kernel->info.generates ? array.writable_bytes().data()
                                           : const_cast<std::byte*>(array.bytes().data());
  std::unique_ptr<run_ways::Way> way;
  for (unsigned i = 0; i < options.repeat && report.failures.empty(); ++i) {
    const auto start = Clock::now();
    if (!way) way = make_way(plan, options);
    report.result = run_once(*way, plan, data, report);
    report.seconds.push_back(seconds_since(start));
  }
  return report;
}

template <class ArrayOrDraft>
RunReport run_in_pool(std::string_view kernel, ArrayOrDraft& array, const DType& dtype, std::uint64_t size,
                      const RunOptions& options) {
  job::make_plan(kernel, dtype, size, options);  // Refuses before processes are started.
  const auto start = Clock::now();
  WorkerPool pool = WorkerPool::start(options.workers);
  const double starting = seconds_since(start);
  RunReport report = pool.run(kernel, array, options);
  report.seconds.front() += starting;
  return report;
}

}  // namespace

RunReport run(std::string_view kernel, AnyArray& array, const RunOptions& options) {
  if (options.via != Via::process) return run_here(kernel, array, options);
  return run_in_pool(kernel, array, array.dtype(), array.shape().size(), options);
}

RunReport run(std::string_view kernel, ArrayDraft& draft, const RunOptions& options) {
  if (options.via != Via::process) return run_here(kernel, draft.array(), options);
  return run_in_pool(kernel, draft, draft.array().dtype(), draft.array().shape().size(), options);
}

}  // namespace shmkit
