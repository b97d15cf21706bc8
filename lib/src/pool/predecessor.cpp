#include "pool/predecessor.hpp"

#include "os/lock.hpp"
#include "pool/pool_file.hpp"
#include "pool/segment_names.hpp"

namespace shmkit::pool {
namespace {

// Whoever writes for others holds a lock in it; whoever has all those locks may take its name. A client that
// still lives has lost its pool: it does no harm to the next one, whose job memory has other serials.
bool take_back(const std::string& path, const std::string& what) {
  const auto before = os::identify(path);
  if (!before) return true;
  const os::Fd fd = open_own(path, what);
  if (!os::try_lock(fd, 0, kClientBytes)) return false;
  const os::FileStatus status = os::status(fd, what);
  if (os::identify(path) == os::FileId{status.device, status.inode}) os::unlink_file(path, what);
  return true;
}

}  // namespace

bool take_back_dead_pool(const std::string& name) {
  try {
    if (!take_back(pool_path(name), name)) return false;
  } catch (const Error& e) {
    if (e.errc() != Errc::not_found) throw;  // Somebody else has just taken it.
  }
  for (const auto& leaf : os::directory_entries("/dev/shm")) {
    const auto found = parse_segment_name(leaf);
    if (!found || !found->job || found->pool != name) continue;
    const std::string path = job_path(name, found->client, found->serial);
    if (path != "/dev/shm/" + leaf) continue;  // Another user's.
    try {
      take_back(path, leaf);
    } catch (const Error&) {
      // Gone meanwhile, or nothing that a pool has made.
    }
  }
  return true;
}

}  // namespace shmkit::pool
