#include "kernels_one_core.hpp"

#include <cstring>

#include "memory_loops.hpp"

// How fast is each kernel on one core? Reductions and maps are in files of their own; here is what memory
// allows on the same arrays.
namespace shmkit::bench {
namespace {

ArrayDraft random_array(std::uint64_t bytes, const char* seed) {
  ArrayDraft draft = unnamed_array(Kind::float64, {bytes / sizeof(double)});
  run("random", draft, in_one_loop({{"seed", seed}}));
  return draft;
}

void load(benchmark::State& state, KernelArrays& arrays) {
  std::uint64_t wanted = 0;
  for (const double x : arrays.x.array().elements<double>()) wanted ^= std::bit_cast<std::uint64_t>(x);
  for (auto _ : state)
    if (load_only(arrays.x.array().bytes(), 1) != wanted) state.SkipWithError("not every word was loaded");
  count_kernel_bytes(state, 1);
}

void memcpy_(benchmark::State& state, KernelArrays& arrays) {
  const auto from = arrays.x.array().bytes();
  const auto to = arrays.out.array().writable_bytes();
  for (auto _ : state) {
    std::memcpy(to.data(), from.data(), from.size());
    keep(to.data());
  }
  if (std::memcmp(to.data(), from.data(), from.size()) != 0) state.SkipWithError("the copy is another");
  count_kernel_bytes(state, 2);
}

const bool kAdded = [] {
  add_kernel("load_only", load);
  add_kernel("memcpy", memcpy_);
  return true;
}();

}  // namespace

KernelArrays::KernelArrays(std::uint64_t bytes)
    : x(random_array(bytes / 3, "1")), y(random_array(bytes / 3, "2")), out(random_array(bytes / 3, "3")) {}

}  // namespace shmkit::bench
