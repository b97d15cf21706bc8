#include <shmkit/advise.hpp>

#include <fmt/format.h>

#include "advise/compute_arguments.hpp"
#include "advise/study.hpp"
#include "job/plan.hpp"
#include "kernels/kernel.hpp"

namespace shmkit {
namespace {

using advise_model::Recipe;
using advise_model::Seconds;

// The remainder keeps the numbers small, as in examples/iterate.cpp.
constexpr std::uint64_t kPrime = 2'147'483'647;

double seconds_per_step() {
  constexpr std::uint64_t kSteps = 1'000'000;
  const auto start = std::chrono::steady_clock::now();
  volatile std::uint64_t last = 2;  // Volatile, or nothing of it would be computed.
  std::uint64_t x = last;
  for (std::uint64_t i = 0; i < kSteps; ++i) x = (x * x % kPrime + kPrime - x + 1) % kPrime;
  last = x;
  return Seconds(std::chrono::steady_clock::now() - start).count() / static_cast<double>(kSteps);
}

void check_iteration(const AdviseOptions& options) {
  if (options.arguments.empty()) return;
  throw Error(Errc::usage,
              fmt::format("kernel {} has no argument '{}'", kIterate, options.arguments.begin()->first),
              "it takes none");
}

Advice advise_on_iteration(std::optional<std::uint64_t> size) {
  Advice advice;
  advice.kernel = kIterate;
  advice.kind = KernelKind::compute;
  advice.size = size;
  advice.verdict = Verdict::sequential;
  if (size) advice.serial.predicted = seconds_per_step() * static_cast<double>(*size);
  return advice;
}

void check(unsigned workers) {
  if (workers > WorkerPool::kMaxWorkers) throw Error(Errc::usage, "too many workers", "at most 1024");
}

// Refuses what run() would refuse, before anything is measured.
void check(const Recipe& recipe, const AdviseOptions& options) {
  const std::uint64_t size = recipe.size.value_or(1024);
  const Shape shape{size};
  const std::vector<job::Inputs::Array> in(recipe.kernel.arrays, {recipe.dtype, &shape});
  std::optional<job::Inputs::Array> out;
  RunOptions run;
  run.arguments = recipe.arguments_for(size);
  run.chunks = options.chunks;
  const kernel::Kernel& kernel = job::find_kernel(recipe.kernel.name);
  if (recipe.kernel.kind == KernelKind::map) out = {job::output_of(kernel, {in, {}}, run).dtype, &shape};
  job::make_plan(kernel, {in, out}, run);
}

// The size that the arguments say, or into which they are changed.
std::uint64_t computed_size(Recipe& recipe, std::optional<std::uint64_t> asked) {
  for (const auto& [name, value] : recipe.arguments) {
    if (asked && advise_model::says_how_much(recipe.kernel.name, name))
      throw Error(Errc::usage, fmt::format("a size and the argument '{}' contradict each other", name),
                  "give one of them");
  }
  if (asked) {
    recipe.arguments = advise_model::for_items(recipe.kernel.name, recipe.arguments, *asked, *asked);
    return *asked;
  }
  RunOptions options;
  options.arguments = recipe.arguments;
  return job::make_plan(job::find_kernel(recipe.kernel.name), {}, options).partition.size();
}

Recipe recipe_of(std::string_view name, const AdviseOptions& options) {
  check(options.workers);
  return {job::find_kernel(name).info, options.arguments, options.dtype, {}, {}};
}

void require_items(const Recipe& recipe) {
  if (recipe.size == std::uint64_t{0})
    throw Error(Errc::usage, fmt::format("there is nothing for kernel {} to do", recipe.kernel.name),
                "at least one element or item");
}

// What is asked for, checked; the elements to fill samples with are still to come.
Recipe checked_recipe(std::string_view kernel, std::optional<std::uint64_t> size,
                      const AdviseOptions& options) {
  Recipe recipe = recipe_of(kernel, options);
  recipe.size = recipe.computes() ? computed_size(recipe, size) : size;
  require_items(recipe);
  check(recipe, options);
  return recipe;
}

Recipe checked_recipe(std::string_view kernel, const AnyArray& array, AdviseOptions options) {
  if (kernel == kIterate || recipe_of(kernel, options).computes())
    throw Error(Errc::usage, fmt::format("kernel {} takes no array", kernel), "say how much: --size N");
  options.dtype = array.dtype();
  Recipe recipe = checked_recipe(kernel, array.shape().size(), options);
  recipe.source = array.bytes();
  return recipe;
}

Advice studied(const Recipe& recipe, const Costs& costs, const AdviseOptions& options) {
  return advise_model::Study(recipe, costs, options, job::find_kernel(recipe.kernel.name).grain).advice();
}

}  // namespace

Advice advise(std::string_view kernel, std::optional<std::uint64_t> size, const Costs& costs,
              const AdviseOptions& options) {
  check_advice(kernel, size, options);
  if (kernel == kIterate) return advise_on_iteration(size);
  Recipe recipe = checked_recipe(kernel, size, options);
  if (recipe.computes()) return studied(recipe, costs, options);
  ArrayDraft elements = advise_model::random_elements(options.dtype);
  recipe.source = elements.array().bytes();
  return studied(recipe, costs, options);
}

Advice advise(std::string_view kernel, const AnyArray& array, const Costs& costs,
              const AdviseOptions& options) {
  return studied(checked_recipe(kernel, array, options), costs, options);
}

void check_advice(std::string_view kernel, std::optional<std::uint64_t> size, const AdviseOptions& options) {
  if (kernel == kIterate)
    check_iteration(options);
  else
    checked_recipe(kernel, size, options);
}

void check_advice(std::string_view kernel, const AnyArray& array, const AdviseOptions& options) {
  checked_recipe(kernel, array, options);
}

}  // namespace shmkit
