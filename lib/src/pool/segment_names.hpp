#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// What a named pool is called in /dev/shm, and where in its file the living hold their locks.
namespace shmkit::pool {

// A pool:              shmkit-pool.UID.NAME
// A client's job memory: shmkit-job.UID.NAME.CLIENT.SERIAL
//
// The user id keeps the pools of different users on one machine apart.
inline constexpr std::string_view kPoolPrefix = "shmkit-pool.";
inline constexpr std::string_view kJobPrefix = "shmkit-job.";
inline constexpr std::size_t kMaxPoolName = 100;

// Bytes of the pool's file, each locked (os/lock.hpp) by the process that it stands for, as long as that
// lives.
inline constexpr std::uint64_t kSupervisorByte = 0;
inline constexpr std::uint64_t kWorkerBytes = 1;        // + slot of the worker, at most 4096 of them.
inline constexpr std::uint64_t kClientBytes = 1 << 14;  // + slot of the client.
inline constexpr std::uint64_t kLockBytes = 1 << 15;    // All of them.

/// Throws Error (usage): empty, too long, with a slash or a control character.
void check_pool_name(const std::string& name);

/// "/dev/shm/shmkit-pool.1000.NAME", of this user.
std::string pool_path(const std::string& name);
/// "/dev/shm/shmkit-job.1000.NAME.3.17", of this user.
std::string job_path(const std::string& name, std::uint32_t client, std::uint64_t serial);

/// Whether a file of /dev/shm is a pool, or job memory of a pool, by its name. Of any user.
struct SegmentName {
  bool job = false;
  std::uint32_t user = 0;
  std::string pool;
  std::uint32_t client = 0;  ///< Of job memory.
  std::uint64_t serial = 0;  ///< Of job memory.
};
std::optional<SegmentName> parse_segment_name(std::string_view leaf);

}  // namespace shmkit::pool
