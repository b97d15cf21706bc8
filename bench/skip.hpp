#pragma once

#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>

namespace shmkit::bench {

/// How the error of a benchmark begins that cannot be run here, for a reason that is nobody's fault. Whoever
/// reads the results tells it from a wrong result by these words.
inline constexpr const char* kSkipped = "skipped: ";

void skip(benchmark::State& state, const std::string& reason);

/// False, and the benchmark is skipped, where this process may not take so many bytes more, and some for
/// everybody else.
bool spare_memory(benchmark::State& state, std::uint64_t bytes);

}  // namespace shmkit::bench
