#include <shmkit/run.hpp>

#include <memory>
#include <optional>
#include <vector>

#include "job/combine.hpp"
#include "job/timeline.hpp"
#include "pool/job_inputs.hpp"
#include "queue/chunk_queue.hpp"
#include "run/copy.hpp"
#include "run/ways.hpp"

namespace shmkit {
namespace {

unsigned workers_of(const RunOptions& options) {
  if (options.via == Via::serial) return 1;
  if (options.workers > WorkerPool::kMaxWorkers) throw Error(Errc::usage, "too many workers", "at most 1024");
  return options.workers == 0 ? default_workers().count : options.workers;
}

void check_copy(const job::Plan& plan) {
  if (plan.target != job::Target::none) {
    throw Error(Errc::usage,
                "what writes an array cannot run via copy: its output would have to be marshalled back",
                "use --via process, thread or serial");
  }
  if (plan.kernel->info.arrays > 1 || plan.selections != nullptr)
    throw Error(Errc::usage, "via copy is for one whole array", "use --via process, thread or serial");
}

std::unique_ptr<run_ways::Way> make_way(const job::Plan& plan, const RunOptions& options) {
  if (options.via == Via::serial) return std::make_unique<run_ways::Serial>();
  if (options.via == Via::thread) return std::make_unique<run_ways::Threads>(workers_of(options));
  check_copy(plan);
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

Value run_once(run_ways::Way& way, const job::Plan& plan, const job::Bases& bases, RunReport& report) {
  std::optional<Partials> partials;
  return job::result_of(plan, report, [&](const job::Plan& pass) {
    partials.emplace(pass.partial_bytes());
    way.execute(pass, bases, partials->data(), report);
    return partials->data();
  });
}

job::Bases bases_of(const job::Plan& plan, const JobArrays& arrays) {
  job::Bases bases;
  for (std::size_t i = 0; i < arrays.in.size(); ++i) {
    AnyArray& array = arrays.in[i].array();
    // What is only read is mapped so, whatever this pointer says.
    bases.extents[i] = array.shape().extents();
    bases.in[i] =
        plan.writes(i) ? array.writable_bytes().data() : const_cast<std::byte*>(array.bytes().data());
  }
  if (plan.kernel->info.kind != KernelKind::reduction && !arrays.in.empty())
    bases.extents[2] = arrays.in.front().array().shape().extents();
  if (arrays.out) bases.out = arrays.out->array().writable_bytes().data();
  return bases;
}

RunReport run_here(std::string_view kernel, const JobArrays& arrays, const RunOptions& options) {
  const job::Plan plan = pool::make_plan(kernel, arrays, options);
  RunReport report;
  report.kernel = kernel;
  report.chunks = plan.partition.chunks();
  report.workers = workers_of(options);
  const job::Bases bases = bases_of(plan, arrays);
  std::unique_ptr<run_ways::Way> way;
  for (unsigned i = 0; i < options.repeat && report.failures.empty(); ++i) {
    const job::Repetition repetition;
    if (!way) way = make_way(plan, options);
    report.result = run_once(*way, plan, bases, report);
    repetition.end(plan, report);
  }
  return report;
}

RunReport run_in_pool(std::string_view kernel, const JobArrays& arrays, const RunOptions& options) {
  pool::make_plan(kernel, arrays, options);  // Refuses before processes are started.
  const std::int64_t start = job::timeline_now();
  WorkerPool pool = WorkerPool::start(options.workers);
  const std::int64_t started = job::timeline_now();
  RunReport report = pool.run(kernel, arrays, options);
  report.seconds.front() += static_cast<double>(started - start) * 1e-9;
  if (options.trace) job::add_start_of_workers(report, start, started);
  return report;
}

}  // namespace

RunReport run(std::string_view kernel, const JobArrays& arrays, const RunOptions& options) {
  return options.via == Via::process ? run_in_pool(kernel, arrays, options)
                                     : run_here(kernel, arrays, options);
}

std::vector<KernelInfo> kernels(const std::string& plugin) {
  std::vector<KernelInfo> infos;
  for (const auto* row : plugin::kernels_of(plugin)) infos.push_back(row->info);
  return infos;
}

OutputInfo output_of(std::string_view kernel, const std::vector<JobArray>& in, const RunOptions& options) {
  const pool::JobInputs inputs(in, std::nullopt);
  job::Output output = job::output_of(pool::find_kernel(kernel, options), inputs.view(), options);
  return {output.dtype, std::move(output.shape)};
}

}  // namespace shmkit
