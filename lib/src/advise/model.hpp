#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include <shmkit/advise.hpp>

// The prediction: pure functions of costs and of what is known of a kernel. docs/advise.md has the formulas.
namespace shmkit::advise_model {

/// Values at sizes, in between them a straight line; both measured. Sizes ascend.
struct Point {
  double size = 0;
  double value = 0;
};

/// Seconds of one loop over `size` elements: below the first point and above the last one in proportion.
double seconds_at(const std::vector<Point>& curve, double size) noexcept;

/// What is known of a kernel: all that a prediction needs besides the costs of the machine.
struct Work {
  std::vector<Point> loop;  ///< Seconds of one loop. Not empty.
  std::vector<Point>
      lanes;  ///< How many loops side by side the machine feeds. Empty: as many as there are CPUs.
  double read_per_element = 0;  ///< Bytes of arrays that are read.
  double written_per_element = 0;
  bool copyable = false;                                       ///< Whether chunks can go through pipes.
  std::function<std::uint64_t(std::uint64_t)> default_chunks;  ///< Of a size.
};

/// How many loops side by side go at full speed. At least 1, at most `workers`.
double lanes_at(const Work& work, const Costs& costs, double size, unsigned workers) noexcept;

/// Predicted seconds of one loop in a process to which the arrays are new.
double new_loop(const Costs& costs, const Work& work, std::uint64_t size);

/// Predicted seconds of a job. Requires: 1 <= chunks <= size.
WorkerTimes predict(const Costs& costs, const Work& work, std::uint64_t size, unsigned workers,
                    std::uint64_t chunks);

/// The default, unless another number is a twentieth faster; then a power of two times the workers. At most
/// `size`.
std::uint64_t recommended_chunks(const Costs& costs, const Work& work, std::uint64_t size, unsigned workers);

/// 1, 2, 4, ... and `most`.
std::vector<unsigned> worker_counts(unsigned most);

/// Whether the array is new to those who work on it.
enum class Start { warm, cold };

/// The size from which on the best number of workers stays ahead of one loop: workers of a pool that is
/// there, or workers that are started for the job, when the array is new to the loop too. Empty: not up to
/// 1e15. `chunks` 0: as recommended.
std::optional<double> break_even(const Costs& costs, const Work& work, const std::vector<unsigned>& counts,
                                 std::uint64_t chunks, Start start);

}  // namespace shmkit::advise_model
