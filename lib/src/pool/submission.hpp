#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string>

#include <shmkit/run.hpp>

#include "pool/layout.hpp"

namespace shmkit::pool {

/// An array of a job, with the name by which workers attach to it.
struct NamedRef {
  ArrayRef ref;
  std::string name;
};
NamedRef named(const ArrayInfo& info);
/// One without a name, for workers that inherited its descriptor.
NamedRef unnamed(ArrayDraft& draft);
/// The same for workers that were there before: they open what this process has open. Not across PID
/// namespaces.
NamedRef opened_here(ArrayDraft& draft);

/// All of them. The output's name is empty where there is none.
struct NamedRefs {
  std::array<NamedRef, 2> in;
  NamedRef out;

  ArrayRefs refs() const noexcept { return {{in[0].ref, in[1].ref}, out.ref}; }
};
/// `of_draft`: what workers can do with an array that has no name, unnamed() or opened_here().
NamedRefs named_refs(const JobArrays& arrays, NamedRef (*of_draft)(ArrayDraft&));

/// A client's side of its slot, for one job after another. Only its client uses it.
class Submission {
 public:
  Submission(PoolMemory pool, std::uint32_t client) noexcept : pool_(pool), client_(client) {}

  /// Makes the job known to the workers. `memory` holds what JobMemory::bytes() asks for.
  /// Requires: the slot is idle, or its last job was given up and settled() is true.
  void publish(const job::Plan& plan, const NamedRefs& arrays, JobMemory memory, std::uint64_t serial,
               std::chrono::milliseconds chunk_timeout);

  /// Every chunk is terminal, and what the workers wrote is visible.
  bool done() noexcept { return queue_.done(epoch_); }
  /// Ends a job that is done.
  void finish() noexcept;
  /// Ends one that is not: nobody starts another chunk of it. settled() says when nobody writes any more.
  void give_up() noexcept;
  bool settled() noexcept;

  /// Rings again if chunks wait for workers: a ring may have been lost.
  void ring_if_needed() noexcept;

  void throw_reported_error() const;
  /// Adds retries and failed chunks to the report. Requires: done().
  void count_losses(const job::Plan& plan, const JobMemory& memory, RunReport& report) const;
  /// Adds what was traced to its timeline, if anything was and there is memory for it. Requires:
  /// done(). Believes nothing.
  void add_timeline(const job::Plan& plan, const JobMemory& memory, RunReport& report) const;

 private:
  ClientSlot& slot() const noexcept { return pool_.client(client_); }

  PoolMemory pool_;
  std::uint32_t client_;
  std::uint32_t epoch_ = 0;
  queue::ChunkQueue queue_;
  std::int64_t submitted_ = 0;  // Of a job that is traced.
  std::int64_t published_ = 0;
};

}  // namespace shmkit::pool
