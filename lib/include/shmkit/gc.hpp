#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace shmkit {

/// What dead processes leave in /dev/shm.
enum class LeftoverKind : std::uint8_t {
  pool,   ///< The control memory of a named pool.
  job,    ///< The memory of one client's jobs in such a pool.
  draft,  ///< An array under a hidden temporary name, that was being made, or was about to replace another.
  array,  ///< An array that was created with an owner.
  queue,  ///< A message queue that was created with an owner.
};

std::string_view leftover_name(LeftoverKind kind) noexcept;

struct Leftover {
  LeftoverKind kind = LeftoverKind::array;
  std::string name;  ///< In /dev/shm.
  std::string path;
  std::uint64_t bytes =
      0;  ///< That the file system holds for it. Whoever is attached keeps them from being freed.
  std::string reason;    ///< Why it is one: "its owner, process 4711, is dead".
  bool removed = false;  ///< Or, with dry_run, would be.
  std::string error;     ///< Why it was not removed.
};

struct GcOptions {
  bool dry_run = false;                ///< Only say what would go.
  std::chrono::seconds older_than{0};  ///< Leave what changed (content, mode, name) within this time.
};

/// Takes back what the dead left in /dev/shm, and only that: regular files of the effective user whose owner
/// is proven dead. In doubt they stay.
///
/// What is the proof, of each kind:
///   pool   nobody holds a lock on the bytes of its file that stand for its supervisor and workers;
///   such
///          a lock goes with the process, however it ends, and holds across PID namespaces
///   job    the same for its client, and its pool is gone or dead: a living supervisor takes it back itself
///   draft  the same for whoever makes the array, and for the workers that help
///   array  life_of(owner_process) is Life::dead; an array without an owner is nobody's, and stays for ever
///   queue  the same for its owner, and nobody holds a lock on the bytes of its file that stand for
///   participants
///
/// May run at any time, by any number of processes, and be killed. A name that is given to another file
/// meanwhile is left alone, as far as shmkit gave it; another program that replaces an array with a dead
/// owner within the microsecond between the last look and the removal loses its new one.
///
/// Ordered by name. Throws Error (failed): /dev/shm cannot be read. What cannot be removed is reported with
/// its error.
std::vector<Leftover> gc(const GcOptions& options = {});

}  // namespace shmkit
