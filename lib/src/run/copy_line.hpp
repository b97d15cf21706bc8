#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "job/plan.hpp"
#include "run/copy.hpp"

namespace shmkit::run_ways {

/// Which of the kernels that a job may need.
enum class CopiedKernel : std::uint64_t { own, exact, first };

/// What goes through a pipe before the bytes of a chunk.
struct CopyHeader {
  std::uint64_t chunk;
  std::uint64_t size;
  std::uint64_t chunks;
  std::uint64_t bytes;
  CopiedKernel kernel;
  kernel::Params params;
};

/// What comes back; after it the partial result, unless the kernel complained.
struct CopyAnswer {
  std::uint64_t chunk = 0;
  kernel::Complaint complaint;
};

/// A worker's pipes as the client holds them, and the chunk that is under way.
struct Copy::Line {
  os::Child child;
  os::Fd to_worker;
  os::Fd from_worker;

  std::optional<std::uint64_t> chunk;
  CopyHeader header{};
  std::uint64_t header_sent = 0;
  std::span<const std::byte> unsent;

  /// Hands a chunk over; push() then sends it.
  void assign(std::uint64_t index, const CopyHeader& head, std::span<const std::byte> data);
  /// Sends what the pipe takes now. False: the worker is gone.
  bool push();
  bool sending() const { return chunk.has_value() && (header_sent < sizeof(header) || !unsent.empty()); }
};

/// The life of a copying worker: reads chunks, executes, answers, until its pipe is closed.
void copy_worker_main(const job::Plan& plan, const os::Fd& in, const os::Fd& out);

}  // namespace shmkit::run_ways
