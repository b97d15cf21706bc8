#include "run/ways.hpp"

namespace shmkit::run_ways {

void Serial::execute(const job::Plan& plan, std::byte* data, std::byte* partials, RunReport& /*report*/) {
  for (std::uint64_t chunk = 0; chunk < plan.partition.chunks(); ++chunk) {
    job::execute(plan, chunk, data + plan.partition.begin(chunk) * plan.dtype.itemsize(), partials);
  }
}

}  // namespace shmkit::run_ways
