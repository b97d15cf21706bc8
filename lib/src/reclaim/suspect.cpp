#include "reclaim/suspect.hpp"

#include <filesystem>

#include <fmt/format.h>

#include <shmkit/array.hpp>

#include "array/locate.hpp"
#include "array/names.hpp"
#include "messages/segment.hpp"
#include "os/lock.hpp"
#include "os/name_hold.hpp"
#include "os/process.hpp"
#include "os/unnamed_file.hpp"
#include "pool/segment_names.hpp"

namespace shmkit::reclaim {
namespace {

static_assert(pool::kPoolPrefix == kPoolFiles && pool::kJobPrefix == kJobFiles,
              "the array layer keeps arrays off the names of pools");

std::string path_of(const std::string& leaf) { return "/dev/shm/" + leaf; }

std::optional<os::NamedFile> open_own(const std::string& path) {
  auto file = os::NamedFile::open(path);
  return file && file->status().owner == os::user_id() ? std::move(file) : std::nullopt;
}

std::optional<ArrayInfo> array_in(const os::NamedFile& file) {
  try {
    return examine(file.fd(), Name::parse("file://" + file.path()));
  } catch (const Error&) {
    return std::nullopt;
  }
}

// An array under the name of a pool, or of job memory, is somebody's nevertheless.
std::optional<os::NamedFile> open_dead_segment(const std::string& path) {
  auto file = open_own(path);
  const bool dead =
      file && file->writable() && !array_in(*file) && os::try_lock(file->fd(), 0, pool::kClientBytes);
  return dead ? std::move(file) : std::nullopt;
}

bool is_absent(const std::string& path) {
  std::error_code error;
  return std::filesystem::symlink_status(path, error).type() == std::filesystem::file_type::not_found;
}

std::optional<Proven> dead_pool(const std::string& leaf) {
  auto file = open_dead_segment(path_of(leaf));
  if (!file) return std::nullopt;
  return Proven{LeftoverKind::pool, std::move(*file), "its supervisor and its workers are dead"};
}

std::optional<Proven> dead_job(const std::string& leaf, const std::string& pool) {
  auto file = open_dead_segment(path_of(leaf));
  if (!file || (!is_absent(pool) && !open_dead_segment(pool))) return std::nullopt;
  return Proven{LeftoverKind::job, std::move(*file), "its client is dead, and so is its pool"};
}

// A creator opens its file for writing before it gives it a mode that would forbid that to us, and has its
// lock before that too.
bool is_made_by_nobody(const os::NamedFile& file) {
  return file.writable() ? os::try_lock(file.fd(), os::kDraftByte)
                         : !os::is_locked(file.fd(), os::kDraftByte);
}

std::optional<Proven> dead_draft(const std::string& leaf) {
  auto file = open_own(path_of(leaf));
  if (!file || !is_made_by_nobody(*file)) return std::nullopt;
  return Proven{LeftoverKind::draft, std::move(*file), "whoever was making it is dead"};
}

std::optional<Proven> dead_array(const std::string& leaf) {
  auto file = open_own(path_of(leaf));
  const auto info = file ? array_in(*file) : std::nullopt;
  if (!info || !info->owner_process || life_of(*info->owner_process) != Life::dead) return std::nullopt;
  if (!os::NameHold::try_hold(*file)) return std::nullopt;
  return Proven{LeftoverKind::array, std::move(*file),
                fmt::format("its owner, process {}, is dead", info->owner_process->pid)};
}

std::optional<Proven> dead_queue(const std::string& leaf) {
  auto file = open_own(path_of(leaf));
  if (!file || !file->writable()) return std::nullopt;
  const messages::QueueFile queue = messages::examine_queue(file->fd(), leaf);
  if (!queue.owner || life_of(*queue.owner) != Life::dead) return std::nullopt;
  if (!os::try_lock(file->fd(), 0, queue.options.participants)) return std::nullopt;
  if (!os::NameHold::try_hold(*file)) return std::nullopt;
  return Proven{LeftoverKind::queue, std::move(*file),
                fmt::format("its owner, process {}, is dead, and nobody uses it", queue.owner->pid)};
}

}  // namespace

std::optional<Proven> suspect(const std::string& leaf) {
  if (os::is_temporary_name(leaf)) return dead_draft(leaf);
  if (const auto user = messages::user_of_queue(leaf))
    return *user == os::user_id() ? dead_queue(leaf) : std::nullopt;
  if (!leaf.starts_with(pool::kPoolPrefix) && !leaf.starts_with(pool::kJobPrefix)) return dead_array(leaf);
  const auto segment = pool::parse_segment_name(leaf);
  if (!segment || segment->user != os::user_id()) return std::nullopt;
  return segment->job ? dead_job(leaf, pool::pool_path(segment->pool)) : dead_pool(leaf);
}

}  // namespace shmkit::reclaim
