#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace shmkit {

/// Something that happened while a job ran; see RunOptions::trace.
///
/// Times are nanoseconds of the monotonic clock (std::chrono::steady_clock), which all processes share. What
/// workers tell of themselves comes through memory that they could have damaged: it is made to lie between
/// the beginning and the end of the job, and one after the other for each worker.
struct TimelineEvent {
  enum class Kind : std::uint8_t {
    // Of the client.
    start_workers,  ///< A pool is started for this job.
    repetition,     ///< One of RunOptions::repeat; what follows lies in it.
    submit,         ///< The job is made known to the workers.
    execute,        ///< From then on until all chunks are executed. Some kernels need this twice or thrice.
    collect,        ///< The timeline is put together: this is there for the trace alone.
    combine,        ///< Partial results become one.
    // Of a worker.
    start,   ///< An instant, possibly long before the job: its process or thread began.
    attach,  ///< It gets hold of the arrays.
    claim,   ///< It asks for a chunk, and gets one.
    run,     ///< It executes a chunk, or several: see `chunks`.
    wait,    ///< There is nothing to do for it, for a microsecond or longer.
    retry,   ///< An instant: it begins with a chunk whose worker has died.
    death,   ///< An instant: its death was noticed.
  };
  /// How a run came to its end.
  enum class Outcome : std::uint8_t {
    completed,
    complained,  ///< The kernel could not do it.
    died,        ///< The worker died; `end` is when that was noticed.
  };
  static constexpr unsigned kClient = ~0U;
  static constexpr std::uint64_t kNoChunk = ~std::uint64_t{0};

  Kind kind = Kind::repetition;
  Outcome outcome = Outcome::completed;
  unsigned worker = kClient;  ///< Its place in the pool. One that dies leaves it to its replacement.
  int pid = 0;                ///< Of the worker; 0: it is a thread of this process, or not known.
  std::int64_t begin = 0;
  std::int64_t end = 0;            ///< Of an instant: its beginning.
  unsigned repetition = 0;         ///< From 0.
  unsigned pass = 0;               ///< Which `execute` of its repetition, from 0.
  unsigned attempt = 0;            ///< Of a run, from 1.
  std::uint64_t chunks = 0;        ///< How many: more than one where neighbours in time are shown as one.
  std::uint64_t chunk = kNoChunk;  ///< Index; the lowest one of several.
  std::uint64_t last_chunk = kNoChunk;
  std::uint64_t first_element = 0;  ///< Of the lowest chunk.
  std::uint64_t end_element = 0;    ///< One past the last of the highest.
  std::int64_t busy = 0;            ///< Of a run: nanoseconds inside the kernel.
  std::string reason;               ///< Of a death: "killed by signal 9 (Killed)".
};

/// In no particular order. There are at most kMostTimelineEvents: each pass gets half of the room that is
/// left. If its events are more than that, neighbouring runs of one worker become one, and claims are not
/// shown; when nearly none is left, further repetitions are not recorded.
using Timeline = std::vector<TimelineEvent>;
inline constexpr std::size_t kMostTimelineEvents = 200'000;

}  // namespace shmkit
