#pragma once

#include <memory>
#include "job/lanes.hpp"
#include "job/plan.hpp"

namespace shmkit::job {

/// Where the arrays of a job lie in this process: their first elements. What the plan does not have is null.
struct Bases {
  std::array<std::byte*, 2> in{};
  std::byte* out = nullptr;
  std::array<kernel::Extents, 3> extents{};  ///< Of the arrays, the output's last; they outlive this.
};

/// Executes chunks of one plan, one after the other. For one thread; the plan outlives it.
class ChunkRunner {
 public:
  ChunkRunner() = default;  ///< Of no plan; for assignment only.
  /// Throws std::bad_alloc: parts of arrays that do not lie together are gathered, a chunk at a time.
  ChunkRunner(const Plan& plan, const Bases& bases);

  /// `partial`: room for this chunk's partial result, aligned as ChunkInput wants it. False: the kernel
  /// complained.
  bool run(std::uint64_t chunk, std::byte* partial) noexcept;
  const kernel::Complaint& complaint() const noexcept { return complaint_; }
  /// Who looks after the chunks from now on.
  void attend(const kernel::Attendance& attendance) noexcept { attendance_ = attendance; }

 private:
  kernel::Column column(std::size_t array, std::uint64_t begin, std::uint64_t count) noexcept;
  void put_back(const kernel::ChunkInput& input) noexcept;
  bool run_lanes(std::uint64_t begin, std::uint64_t end) noexcept;

  const Plan* plan_ = nullptr;
  Bases bases_;
  std::array<std::size_t, 2> itemsizes_{};
  std::size_t out_itemsize_ = 0;
  kernel::Complaint complaint_;
  kernel::Attendance attendance_;
  std::array<AlignedBytes, 2> gathered_;
  std::unique_ptr<LaneRunner> lanes_;
};

}  // namespace shmkit::job
