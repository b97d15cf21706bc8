#pragma once

#include <cstddef>
#include <cstdint>

#include "pool/complaints.hpp"
#include "pool/job_description.hpp"
#include "pool/job_trace.hpp"
#include "pool/shared_text.hpp"
#include "queue/chunk_queue.hpp"

namespace shmkit::pool {

/// What a client gives its job beside the description: hints, the arrays' names, lease words, partial
/// results.
///
///   JobHeader | lease words | trace, of a job that is traced | partial results
///
/// In a private pool it follows the pool's own memory; in a named pool it is a segment of its own. All zero
/// is a valid beginning.
struct JobHeader {
  queue::Hints hints;
  Complaints complaints;
  SharedDetails details;
  /// Of the arrays, the output's last. Read when one is not mapped yet; what counts is device and inode.
  std::array<SharedText<4096>, 3> names;
  /// Of a kernel in a plug-in: the library's path; the kernel's name and arguments.
  SharedText<4096> plugin;
  SharedText<4096> call;
};

constexpr std::uint64_t whole_lines(std::uint64_t bytes) noexcept {
  return (bytes + queue::kLine - 1) / queue::kLine * queue::kLine;
}

/// A view; the memory lives elsewhere.
class JobMemory {
 public:
  JobMemory() = default;
  explicit JobMemory(std::byte* base) noexcept : base_(base) {}

  explicit operator bool() const noexcept { return base_ != nullptr; }
  JobHeader& header() const noexcept { return *reinterpret_cast<JobHeader*>(base_); }
  queue::ChunkQueue queue(std::uint64_t chunks) const noexcept {
    return {header().hints, {reinterpret_cast<queue::Word*>(base_ + kWords), chunks}};
  }
  /// Requires: the job is traced.
  JobTrace trace(std::uint64_t chunks) const noexcept {
    return JobTrace(base_ + trace_offset(chunks), chunks);
  }
  std::byte* partials(std::uint64_t chunks, bool traced) const noexcept {
    return base_ + partials_offset(chunks, traced);
  }
  std::byte* partials(const job::Plan& plan) const noexcept {
    return partials(plan.partition.chunks(), plan.traced);
  }

  /// What a job needs. Fits 64 bits for every plan that job::make_plan() lets through.
  static constexpr std::uint64_t bytes(std::uint64_t chunks, std::uint64_t partial_bytes,
                                       bool traced) noexcept {
    return partials_offset(chunks, traced) + partial_bytes;
  }
  static std::uint64_t bytes(const job::Plan& plan) noexcept {
    return bytes(plan.partition.chunks(), plan.partial_bytes(), plan.traced);
  }

 private:
  static constexpr std::uint64_t kWords = whole_lines(sizeof(JobHeader));
  static constexpr std::uint64_t trace_offset(std::uint64_t chunks) noexcept {
    return kWords + whole_lines(chunks * sizeof(queue::Word));
  }
  static constexpr std::uint64_t partials_offset(std::uint64_t chunks, bool traced) noexcept {
    return trace_offset(chunks) + (traced ? whole_lines(JobTrace::bytes(chunks)) : 0);
  }

  std::byte* base_ = nullptr;
};

}  // namespace shmkit::pool
