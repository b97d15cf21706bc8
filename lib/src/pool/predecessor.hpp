#pragma once

#include <string>

namespace shmkit::pool {

/// Takes back what a dead pool of this name left in /dev/shm: its file, and job memory whose clients are
/// dead. False: somebody lives in it, and nothing was taken. Throws Error: it is not ours to take.
bool take_back_dead_pool(const std::string& name);

}  // namespace shmkit::pool
