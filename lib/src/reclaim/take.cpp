#include "reclaim/take.hpp"

#include <shmkit/error.hpp>

#include "os/file.hpp"
#include "reclaim/suspect.hpp"

namespace shmkit::reclaim {
namespace {

// What cannot be examined is not proven dead.
std::optional<Proven> prove(const std::string& leaf, std::chrono::seconds older_than) {
  try {
    auto proven = suspect(leaf);
    const bool old = proven && proven->file.unchanged_for() >= older_than;
    return old ? std::move(proven) : std::nullopt;
  } catch (const Error&) {
    return std::nullopt;
  }
}

// False: somebody else took it away.
bool remove(Leftover& leftover) {
  try {
    os::unlink_file(leftover.path, leftover.name);
    leftover.removed = true;
  } catch (const Error& e) {
    if (e.errc() == Errc::not_found) return false;
    leftover.error = e.what();
  }
  return true;
}

}  // namespace

std::optional<Leftover> take(const std::string& leaf, const GcOptions& options) {
  const auto proven = prove(leaf, options.older_than);
  if (!proven || !proven->file.is_named()) return std::nullopt;
  Leftover leftover{proven->kind, leaf, proven->file.path(), proven->file.status().stored, proven->reason,
                    true,         {}};
  if (options.dry_run) return leftover;
  leftover.removed = false;
  return remove(leftover) ? std::optional(leftover) : std::nullopt;
}

}  // namespace shmkit::reclaim
