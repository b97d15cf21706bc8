#include "kernels/kernel.hpp"
#include "metg.hpp"

// OpenMP's threads, one task after the other, around the very loop that shmkit's workers run: hence the
// private header.
namespace {

using namespace shmkit;

struct alignas(16) Partial {
  double maximum;
};

class Job {
 public:
  Job(AnyArray& array, bench::TaskSize size)
      : size_(size), data_(array.writable_bytes().data()), partials_(size.tasks()) {}

  Value run() {
    const std::uint64_t tasks = size_.tasks();
#pragma omp parallel for schedule(dynamic, 1) num_threads(bench::TaskSize::kWorkers)
    for (std::uint64_t task = 0; task < tasks; ++task) execute(task);
    const auto* partials = reinterpret_cast<const std::byte*>(partials_.data());
    return kernel_.combine({{Kind::float64}, size_.total(), tasks, partials, sizeof(Partial), &params_})
        .value();
  }

 private:
  void execute(std::uint64_t task) noexcept {
    const std::uint64_t begin = task * size_.elements;
    auto* partial = reinterpret_cast<std::byte*>(&partials_[task]);
    kernel_.run({.size = size_.total(),
                 .begin = begin,
                 .end = begin + size_.elements,
                 .in = {kernel::Column{Kind::float64, data_ + begin * sizeof(double)}, {}},
                 .out = {},
                 .params = &params_,
                 .partial = partial});
  }

  bench::TaskSize size_;
  std::byte* data_;
  std::vector<Partial> partials_;
  kernel::Params params_;
  const kernel::Kernel& kernel_ = *kernel::find("max");
};

void openmp(benchmark::State& state, bench::TaskSize size) {
  bench::TaskArray* numbers = bench::TaskArray::of(state, size);
  if (numbers == nullptr) return;
  Job job(numbers->draft().array(), size);
  bench::check_maximum(state, size, job.run());
  for (auto _ : state) bench::check_maximum(state, size, job.run());
  bench::count_tasks(state, size);
}

const bool kAdded = [] {
  bench::add_metg("openmp_dynamic", openmp);
  return true;
}();

}  // namespace
