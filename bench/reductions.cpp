#include "reductions.hpp"

// Ours: worker processes that are ready, over mappings that are there.
namespace shmkit::bench {

ReductionArrays::ReductionArrays() {
  for (AnyArray* array : {&x(), &y()}) {
    RunOptions options;
    options.arguments = {{"seed", array == &x() ? "1" : "2"}};
    run("random", *array, options);
  }
  RunOptions serial;
  serial.via = Via::serial;
  expected_[0] = std::get<double>(run("max", x(), serial).result.scalar);
  expected_[1] = std::get<double>(run("sum", x(), serial).result.scalar);
  expected_[2] = std::get<double>(run("dot", JobArrays{{x(), y()}, {}}, serial).result.scalar);
}

namespace {

double compute(Reduction reduction, Operands /*mapped by the workers, too*/) {
  static WorkerPool pool = WorkerPool::start();
  auto& arrays = ReductionArrays::get();
  JobArrays job{{arrays.x()}, {}};
  if (reduction == Reduction::dot) job.in.emplace_back(arrays.y());
  return std::get<double>(pool.run(name_of(reduction), job).result.scalar);
}

const bool kAdded = [] {
  add_reductions("shmkit", compute);
  return true;
}();

}  // namespace
}  // namespace shmkit::bench
