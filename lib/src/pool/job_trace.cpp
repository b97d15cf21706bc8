#include "pool/job_trace.hpp"

namespace shmkit::pool {
namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

}  // namespace

void JobTrace::forget() const noexcept {
  for (Note& note : header().notes) note.kind.store(static_cast<std::uint32_t>(Kind::none), kRelaxed);
  header().taken.store(0, kRelaxed);
  for (std::uint64_t chunk = 0; chunk < chunks_; ++chunk) {
    Record& record = this->record(chunk);
    for (auto* time : {&record.asked, &record.begin, &record.end}) time->store(0, kRelaxed);
    record.who.store(0, kRelaxed);
  }
}

void JobTrace::arrive(Who who, std::int64_t started, const job::WorkerTrack::Span& attach) const noexcept {
  note(Kind::arrival, who, 0, {}, {started, attach.begin, attach.end});
}

void JobTrace::begin(std::uint64_t chunk, Who who, std::int64_t asked) const noexcept {
  Record& record = this->record(chunk);
  record.end.store(0, kRelaxed);
  record.asked.store(asked, kRelaxed);
  record.begin.store(job::timeline_now(), kRelaxed);
  record.who.store(pack(who), kRelaxed);
}

void JobTrace::end(std::uint64_t chunk) const noexcept {
  record(chunk).end.store(job::timeline_now(), kRelaxed);
}

void JobTrace::bury(Who who, std::uint64_t chunk, queue::Cause cause) const noexcept {
  const Record& record = this->record(chunk);
  const bool began = record.who.load(kRelaxed) == pack(who);
  note(Kind::death, who, chunk, cause,
       {began ? record.asked.load(kRelaxed) : 0, began ? record.begin.load(kRelaxed) : 0,
        job::timeline_now()});
}

void JobTrace::note(Kind kind, Who who, std::uint64_t chunk, queue::Cause cause,
                    const std::array<std::int64_t, 3>& times) const noexcept {
  const std::uint64_t number = header().taken.fetch_add(1, kRelaxed);
  if (number >= kNotes) return;
  Note& note = header().notes[number];
  note.cause.store(queue::as_owner(cause).slot, kRelaxed);
  note.who.store(pack(who), kRelaxed);
  note.chunk.store(chunk, kRelaxed);
  for (std::size_t i = 0; i < times.size(); ++i) note.times[i].store(times[i], kRelaxed);
  note.kind.store(static_cast<std::uint32_t>(kind), std::memory_order_release);  // "The rest of the note."
}

}  // namespace shmkit::pool
