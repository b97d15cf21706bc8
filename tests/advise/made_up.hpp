#pragma once

#include "advise/model.hpp"

namespace shmkit::test {

/// A machine in round numbers: 1 ms to start a worker and 1 ms more for each further one, no time to end
/// them, 10 us for a round trip, 100 ns a chunk; pages are mapped at 10 GB/s; 10 GB/s from memory, however
/// many read.
inline Costs made_up_machine(unsigned cpus) {
  Costs costs;
  costs.cpus = cpus;
  costs.cpus_reason = "made up";
  costs.workers = cpus;
  costs.start = {1e-3, 1e-3};
  costs.end = {0, 0};
  costs.round_trip = {10e-6, 0};
  costs.attach = 0;
  costs.touch_rate = 10e9;
  costs.fresh_rate = 10e9;
  costs.chunk = 100e-9;
  costs.copy_start = {1e-3, 0};
  costs.copy_rate = 1e9;
  costs.memory_one = 10e9;
  costs.memory_all = 10e9;
  costs.memory_sample = 1U << 28U;
  costs.cache = 1U << 20U;
  return costs;
}

/// A reduction of elements of 8 bytes that takes so long for each of them.
inline advise_model::Work made_up_work(double seconds_per_element) {
  advise_model::Work work;
  work.loop = {{1, seconds_per_element}, {1e6, 1e6 * seconds_per_element}};
  work.read_per_element = 8;
  work.copyable = true;
  work.default_chunks = [](std::uint64_t size) { return default_chunks(size); };
  return work;
}

}  // namespace shmkit::test
