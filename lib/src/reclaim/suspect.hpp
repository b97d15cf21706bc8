#pragma once

#include <optional>
#include <string>

#include <shmkit/gc.hpp>

#include "os/named_file.hpp"

namespace shmkit::reclaim {

/// A file that is proven to be a leftover, with the lock that keeps the proof true until it goes.
struct Proven {
  LeftoverKind kind;
  os::NamedFile file;
  std::string reason;
};

/// What dead processes can have left under this name of /dev/shm. Empty: it is no leftover, or that is not
/// certain. Throws Error where the system fails, which proves nothing either.
std::optional<Proven> suspect(const std::string& leaf);

}  // namespace shmkit::reclaim
