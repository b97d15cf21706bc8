#pragma once

#include <string_view>

#include <shmkit/name.hpp>

namespace shmkit {

/// What files in /dev/shm are called that belong to a named pool. No array is made under such a name, none is
/// listed.
inline constexpr std::string_view kPoolFiles = "shmkit-pool.";
inline constexpr std::string_view kJobFiles = "shmkit-job.";
/// The same for message queues.
inline constexpr std::string_view kQueueFiles = "shmkit-queue.";

/// The last part of the path of a name in /dev/shm; empty for one that leads elsewhere.
std::string_view shared_leaf(const Name& name) noexcept;

bool is_queue_file(const Name& name) noexcept;

/// Throws Error (usage) for the names that arrays cannot have: those of pools and queues, and those that
/// stand for an array that is being made (os/unnamed_file.hpp), which are taken back when nobody is making
/// it.
void require_free_for_arrays(const Name& name);

}  // namespace shmkit
