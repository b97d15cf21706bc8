#include "pool/collect_tracks.hpp"

#include <algorithm>
#include <limits>
#include <map>

#include "pool/crew.hpp"

namespace shmkit::pool {
namespace {

using job::Attempt;
using job::WorkerTrack;
using Outcome = TimelineEvent::Outcome;

constexpr auto kRelaxed = std::memory_order_relaxed;

/// The tracks of all workers, by place and pid.
class Tracks {
 public:
  explicit Tracks(std::uint32_t workers) : slots_(workers) {}

  /// Null: no such worker is known.
  WorkerTrack* find(std::uint32_t slot, std::uint32_t pid) noexcept {
    if (slot >= slots_.size()) return nullptr;
    const auto found = slots_[slot].by_pid.find(pid);
    return found == slots_[slot].by_pid.end() ? nullptr : &slots_[slot].tracks[found->second];
  }

  /// The same, made if need be; null if there can be no such worker.
  WorkerTrack* get(std::uint32_t slot, std::uint32_t pid, std::int64_t started) {
    const bool possible = slot < slots_.size() && pid > 0 && pid <= std::numeric_limits<int>::max();
    if (!possible) return nullptr;
    if (WorkerTrack* known = find(slot, pid)) return known;
    slots_[slot].by_pid.emplace(pid, slots_[slot].tracks.size());
    WorkerTrack& track = slots_[slot].tracks.emplace_back();
    track.worker = slot;
    track.pid = static_cast<int>(pid);
    track.started = started;
    return &track;
  }

  std::vector<WorkerTrack> release() {
    std::vector<WorkerTrack> all;
    for (Slot& slot : slots_) std::ranges::move(slot.tracks, std::back_inserter(all));
    return all;
  }

 private:
  // In a damaged pool as many as there are notes, in turn for as many chunks as there can be.
  struct Slot {
    std::vector<WorkerTrack> tracks;
    std::map<std::uint32_t, std::size_t> by_pid;
  };
  std::vector<Slot> slots_;
};

void add_living(PoolMemory pool, Tracks& tracks) {
  for (std::uint32_t i = 0; i < pool.workers(); ++i) {
    const WorkerSlot& slot = pool.worker(i);
    if (slot.state.load(std::memory_order_acquire) != WorkerState::vacant)
      tracks.get(i, slot.pid.load(kRelaxed), slot.started.load(kRelaxed));
  }
}

void add_arrival(const JobTrace::Note& note, JobTrace::Who who, Tracks& tracks) {
  WorkerTrack* const track = tracks.get(who.slot, who.pid, note.times[0].load(kRelaxed));
  if (track != nullptr) track->attach = {note.times[1].load(kRelaxed), note.times[2].load(kRelaxed)};
}

// Recovery that is interrupted is done again: the first note counts.
void add_death(const JobTrace::Note& note, JobTrace::Who who, std::uint64_t chunks, Tracks& tracks) {
  WorkerTrack* const track = tracks.get(who.slot, who.pid, 0);
  const std::uint64_t chunk = note.chunk.load(kRelaxed);
  if (track == nullptr || track->death || chunk >= chunks) return;
  const std::int64_t died = note.times[2].load(kRelaxed);
  const queue::Owner cause{note.cause.load(kRelaxed), 0};
  track->death = {died, text(queue::cause_of({queue::State::poison, 0, cause, 0})), chunk};
  const std::int64_t begin = note.times[1].load(kRelaxed);
  if (begin != 0)
    track->attempts.push_back({chunk, who.attempt, Outcome::died, note.times[0].load(kRelaxed), begin, died});
}

void add_notes(const JobTrace& trace, Tracks& tracks) {
  const std::uint64_t taken = trace.header().taken.load(kRelaxed);
  for (std::uint64_t i = 0; i < std::min(taken, JobTrace::kNotes); ++i) {
    const JobTrace::Note& note = trace.header().notes[i];
    const std::uint32_t kind = note.kind.load(std::memory_order_acquire);  // "The rest of the note."
    const JobTrace::Who who = JobTrace::unpack(note.who.load(kRelaxed));
    if (kind == static_cast<std::uint32_t>(JobTrace::Kind::arrival)) add_arrival(note, who, tracks);
    if (kind == static_cast<std::uint32_t>(JobTrace::Kind::death))
      add_death(note, who, trace.chunks(), tracks);
  }
}

// How the chunk's last attempt ended. A chunk that was given up because of deaths has a record of one of them
// at most.
std::optional<Outcome> outcome_of(const queue::Lease& lease) noexcept {
  if (lease.state == queue::State::committed) return Outcome::completed;
  const bool complained =
      lease.state == queue::State::poison && queue::cause_of(lease).ending == queue::Ending::complained;
  return complained ? std::optional(Outcome::complained) : std::nullopt;
}

}  // namespace

std::vector<WorkerTrack> collect_tracks(PoolMemory pool, const JobTrace& trace,
                                        const queue::ChunkQueue& queue) {
  Tracks tracks(pool.workers());
  add_living(pool, tracks);
  add_notes(trace, tracks);
  for (std::uint64_t chunk = 0; chunk < trace.chunks(); ++chunk) {
    const auto outcome = outcome_of(queue.was(chunk));
    const JobTrace::Record& record = trace.record(chunk);
    const JobTrace::Who who = JobTrace::unpack(record.who.load(kRelaxed));
    WorkerTrack* const track = outcome ? tracks.find(who.slot, who.pid) : nullptr;
    if (track == nullptr) continue;
    track->attempts.push_back({chunk, who.attempt, *outcome, record.asked.load(kRelaxed),
                               record.begin.load(kRelaxed), record.end.load(kRelaxed)});
  }
  return tracks.release();
}

}  // namespace shmkit::pool
