#pragma once

#include <vector>

#include "job/timeline.hpp"
#include "pool/layout.hpp"

namespace shmkit::pool {

/// What is known of every worker in a job that is done, from its trace. Believes nothing: a record counts if
/// its chunk was executed, and by a worker that is known from elsewhere; each chunk is in one track once,
/// attempts that ended in a death not counted. Times may be anything.
std::vector<job::WorkerTrack> collect_tracks(PoolMemory pool, const JobTrace& trace,
                                             const queue::ChunkQueue& queue);

}  // namespace shmkit::pool
