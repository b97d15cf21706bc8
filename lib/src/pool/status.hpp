#pragma once

#include <string>

#include <shmkit/pool.hpp>

#include "pool/layout.hpp"

namespace shmkit::pool {

/// What is in a pool's memory, in words. Reads all of it as it is, damaged or not: it makes sense or not, but
/// nothing is read out of bounds. Whether anybody lives there, it does not tell.
PoolStatus read_status(PoolMemory memory, const std::string& name);

}  // namespace shmkit::pool
