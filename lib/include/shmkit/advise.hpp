#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <shmkit/array.hpp>
#include <shmkit/run.hpp>

// Whether it pays to go parallel on this machine: from which size on, with how many workers, into how many
// chunks. The formulas, and what they leave out, are in docs/advise.md.
namespace shmkit {

/// Seconds that grow with the number of workers: those of the first one, and of each further one.
struct PerWorker {
  double first = 0;
  double further = 0;

  double of(unsigned workers) const noexcept {
    return workers == 0 ? 0 : first + further * static_cast<double>(workers - 1);
  }
};

/// What this machine takes for things that have nothing to do with a kernel. Seconds, and bytes per second.
struct Costs {
  unsigned cpus = 1;        ///< As many as default_workers() says,
  std::string cpus_reason;  ///< and why.
  unsigned workers = 1;     ///< The most workers that were measured.
  PerWorker start;          ///< A private pool, until its workers are ready.
  PerWorker end;            ///< Its end.
  PerWorker round_trip;     ///< A job that does nothing, on workers that are awake.
  double attach = 0;        ///< What the first job over an array takes more, however small the array.
  double touch_rate = 0;  ///< Bytes of an array that one worker maps, page by page, when it first reads them.
  double fresh_rate = 0;  ///< Bytes of a new array that the kernel clears when they are first written.
  double chunk = 0;       ///< Handing out a chunk, executing nothing and collecting its result: one worker.
  PerWorker copy_start;   ///< Workers that get chunks through pipes, and their end.
  double copy_rate = 0;   ///< Bytes through pipes.
  double memory_one = 0;  ///< Bytes that one worker reads from memory,
  double memory_all = 0;  ///< and all workers together.
  std::uint64_t memory_sample = 0;  ///< Bytes over which the two were measured.
  std::uint64_t cache = 0;  ///< Bytes of the last-level cache; 0: not known. A smaller sample may be in it.
};

/// Measures this machine for `workers` workers (0: default_workers()). Takes about half of `budget`, more
/// only where a single step does. Starts pools, which end before it returns; leaves nothing. Call it from a
/// thread that may start a WorkerPool. Throws Error as WorkerPool::start() and ArrayDraft::create().
Costs calibrate(std::chrono::duration<double> budget, unsigned workers = 0);

/// One way to do a job with so many workers. Empty: not measured, or there is no such way.
struct WayTimes {
  std::optional<double> predicted;
  std::optional<double> measured;
};

struct WorkerTimes {
  unsigned workers = 1;
  WayTimes ephemeral;  ///< Workers started for the job, the array new to them; with their end.
  WayTimes pooled;     ///< Workers that wait for jobs and have the array mapped.
  WayTimes
      copied;  ///< Workers started for the job that get its bytes through pipes. Reductions of one array.
};

/// What it comes down to.
enum class Verdict : std::uint8_t {
  sequential,  ///< Each step needs the one before: there is nothing to share.
  one_item,    ///< There is one element or item: nothing to share.
  one_cpu,     ///< There is one CPU, or one worker was asked for.
  serial,      ///< One loop is as fast as anything else.
  pool,        ///< Workers pay if they are there already, not if they are started for this.
  parallel,    ///< Workers pay even if they are started for this.
  size,        ///< No size was given: the break-even sizes are the answer.
};

struct AdviseOptions {
  unsigned workers = 0;         ///< Advise up to so many; 0: default_workers().
  std::uint64_t chunks = 0;     ///< 0: advise on that too.
  DType dtype = Kind::float64;  ///< Of the made-up array.
  Arguments arguments;
  std::chrono::duration<double> budget{1.2};  ///< Seconds for measuring. One step is as long as it is.
};

struct Advice {
  std::string kernel;
  KernelKind kind = KernelKind::reduction;
  std::optional<std::uint64_t> size;  ///< Elements, or items.
  DType dtype = Kind::float64;
  Verdict verdict = Verdict::size;
  unsigned workers = 1;       ///< That many are the best.
  double gain = 1;            ///< How many times as fast as one loop a pool is: the array is known to both.
  double gain_ephemeral = 1;  ///< And workers that are started for it: the array is new to both.
  bool memory_bound = false;  ///< Memory sets the pace, not the kernel.
  std::uint64_t chunks = 1;   ///< Recommended, or as asked.
  std::uint64_t default_chunks = 1;
  WayTimes serial;                 ///< One loop, over an array that this process has mapped and touched.
  double serial_new = 0;           ///< The same in a process to which the array is new. Predicted.
  std::vector<WorkerTimes> times;  ///< By number of workers, ascending.
  std::optional<double>
      break_even_ephemeral;  ///< Elements from which on the gains are above 1; empty: never.
  std::optional<double> break_even_pooled;
  std::uint64_t sample = 0;  ///< The largest number of elements that was measured.
  /// The share of their time for which samples waited for a CPU, because of what else runs. Predictions,
  /// break-even sizes and costs leave that out; what was measured has it in it.
  double busy = 0;
  bool at_least = false;  ///< One item alone took longer than could be waited for: times are lower bounds.

  /// What is believed: what was measured, unless the machine was too busy. Requires: one of them is there.
  double likely(const WayTimes& way) const {
    const bool believe = way.measured.has_value() && (busy < kBusy || !way.predicted);
    return believe ? *way.measured : way.predicted.value();
  }
  static constexpr double kBusy = 0.1;
};

/// A job that cannot be parallel, x -> x * x - x + 1 over and over (examples/iterate.cpp); advise() knows it
/// by this name, with the number of steps as its size.
inline constexpr std::string_view kIterate = "iterate";

/// Advises on `size` elements (items) of a kernel, measured on made-up arrays of at most 256 MiB and at most
/// a quarter of what is free. Without a size: the size that the arguments of a compute kernel say; of others
/// only the break-even sizes. Throws Error: usage (unknown kernel or argument, a size that contradicts an
/// argument), not_an_array (dtypes), no_space.
Advice advise(std::string_view kernel, std::optional<std::uint64_t> size, const Costs& costs,
              const AdviseOptions& options = {});

/// The same for the size and dtype of an array. Measured on private copies of parts of it: the array is only
/// read. options.dtype is not looked at. A kernel of two arrays gets it twice.
Advice advise(std::string_view kernel, const AnyArray& array, const Costs& costs,
              const AdviseOptions& options = {});

/// Throws what advise() would throw at words that make no sense, before anything is measured.
void check_advice(std::string_view kernel, std::optional<std::uint64_t> size,
                  const AdviseOptions& options = {});
void check_advice(std::string_view kernel, const AnyArray& array, const AdviseOptions& options = {});

}  // namespace shmkit
