#include <cmath>

#include "kernels_one_core.hpp"

// Maps into an array that is there: no page faults. Verified against the C library, element by element.
namespace {

using namespace shmkit;
using bench::KernelArrays;

struct Map {
  std::string kernel;
  unsigned reads;  // x, or x and y.
  double (*wanted)(double x, double y);
  Arguments arguments = {};
};

JobArrays job_of(const Map& map, KernelArrays& arrays) {
  JobArrays job{{arrays.x}, arrays.out};
  if (map.reads == 2) job.in.emplace_back(arrays.y);
  return job;
}

// Ours are within 1 ulp, the library's nearly.
bool right(const Map& map, KernelArrays& arrays) {
  run(map.kernel, job_of(map, arrays), bench::in_one_loop(map.arguments));
  constexpr double kSlack = 4 * 0x1p-53;
  const auto x = arrays.x.array().elements<double>();
  const auto y = arrays.y.array().elements<double>();
  const auto out = arrays.out.array().elements<double>();
  for (std::size_t i = 0; i < x.size(); ++i)
    if (!bench::close(out[i], map.wanted(x[i], y[i]), kSlack)) return false;
  return true;
}

void add(const Map& map) {
  bench::add_kernel(map.kernel, [map](benchmark::State& state, KernelArrays& arrays) {
    const RunOptions options = bench::in_one_loop(map.arguments);
    if (!bench::right_once("kernels_one_core/" + map.kernel, [&] { return right(map, arrays); }))
      return state.SkipWithError("wrong result");
    for (auto _ : state) run(map.kernel, job_of(map, arrays), options);
    bench::count_kernel_bytes(state, map.reads + 1);
  });
}

const bool kAdded = [] {
  add({"copy", 1, [](double x, double) { return x; }});
  add({"abs", 1, [](double x, double) { return std::fabs(x); }});
  add({"sqrt", 1, [](double x, double) { return std::sqrt(x); }});
  add({"exp", 1, [](double x, double) { return std::exp(x); }});
  add({"log", 1, [](double x, double) { return std::log(x); }});
  add({"scale", 1, [](double x, double) { return 2.5 * x; }, {{"factor", "2.5"}}});
  add({"add", 2, [](double x, double y) { return x + y; }});
  add({"mul", 2, [](double x, double y) { return x * y; }});
  return true;
}();

}  // namespace
