#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "job/timeline.hpp"
#include "queue/chunk_queue.hpp"

namespace shmkit::pool {

/// What workers, and their parent, write down about a job that is traced. A view; the memory is part of the
/// job's.
///
/// One record per chunk says who executed it last, and when. An attempt that its worker did not survive is
/// copied into a note by the worker's parent, before it gives the chunk to somebody else: the next attempt
/// then has the record for itself, and records need no room for what nearly never happens.
///
/// Whoever writes holds a lease of the job, or recovers one: otherwise the job could be over, and its memory
/// be that of a next one which looks different.
///
/// All of it is hints: nobody decides anything by it, and a process that dies while it writes, or damages it,
/// spoils a picture. So everything is relaxed, but for a note's kind, which is written last. Of a chunk that
/// is terminal, the record is visible to whoever sees the lease word: the commit releases both.
class JobTrace {
 public:
  /// slot:16 | attempt:16 | pid:32. Never 0: attempts count from 1.
  struct Who {
    std::uint32_t slot = 0;
    std::uint32_t attempt = 1;
    std::uint32_t pid = 0;

    bool operator==(const Who&) const noexcept = default;
  };
  static constexpr std::uint64_t pack(Who who) noexcept {
    return std::uint64_t{who.slot & 0xFFFFU} << 48U | std::uint64_t{who.attempt & 0xFFFFU} << 32U | who.pid;
  }
  static constexpr Who unpack(std::uint64_t word) noexcept {
    return {static_cast<std::uint32_t>(word >> 48U), static_cast<std::uint32_t>(word >> 32U) & 0xFFFFU,
            static_cast<std::uint32_t>(word)};
  }

  /// Written by the holder of the chunk's lease. Times are job::timeline_now().
  struct Record {
    std::atomic<std::uint64_t> who;
    std::atomic<std::int64_t> asked;  ///< When it began to look for a chunk, and got this one.
    std::atomic<std::int64_t> begin;
    std::atomic<std::int64_t> end;
  };

  enum class Kind : std::uint32_t { none, arrival, death };
  /// Written once, by whoever took its number.
  struct Note {
    std::atomic<std::uint32_t> kind;
    std::atomic<std::uint32_t> cause;  ///< Of a death: a queue::Cause, as a lease word has it.
    std::atomic<std::uint64_t> who;
    std::atomic<std::uint64_t> chunk;  ///< Of a death: what it held.
    /// Started, attached from, to; or asked for the chunk, began with it, was found dead.
    std::array<std::atomic<std::int64_t>, 3> times;
  };
  /// More in one pass are not noted.
  static constexpr std::uint64_t kNotes = 4096;
  struct Header {
    alignas(queue::kLine) std::atomic<std::uint64_t> taken;
    alignas(queue::kLine) std::array<Note, kNotes> notes;
  };

  JobTrace() = default;  ///< Of no job.
  JobTrace(std::byte* base, std::uint64_t chunks) noexcept : base_(base), chunks_(chunks) {}

  static constexpr std::uint64_t bytes(std::uint64_t chunks) noexcept {
    return sizeof(Header) + chunks * sizeof(Record);
  }

  explicit operator bool() const noexcept { return base_ != nullptr; }
  std::uint64_t chunks() const noexcept { return chunks_; }
  Header& header() const noexcept { return *reinterpret_cast<Header*>(base_); }
  Record& record(std::uint64_t chunk) const noexcept {
    return reinterpret_cast<Record*>(base_ + sizeof(Header))[chunk];
  }

  /// Before a job: nothing is known. Nobody else may look meanwhile.
  void forget() const noexcept;

  /// By a worker with its first lease: since when it lives, and how long it took to attach to the arrays.
  void arrive(Who who, std::int64_t started, const job::WorkerTrack::Span& attach) const noexcept;
  /// By the holder of the lease, around the kernel.
  void begin(std::uint64_t chunk, Who who, std::int64_t asked) const noexcept;
  void end(std::uint64_t chunk) const noexcept;
  /// By the parent of the workers, before it takes back the lease of the dead: `who` is its attempt.
  void bury(Who who, std::uint64_t chunk, queue::Cause cause) const noexcept;

 private:
  void note(Kind kind, Who who, std::uint64_t chunk, queue::Cause cause,
            const std::array<std::int64_t, 3>& times) const noexcept;

  std::byte* base_ = nullptr;
  std::uint64_t chunks_ = 0;
};

}  // namespace shmkit::pool
